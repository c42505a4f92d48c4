"""What other systems send and read: typed, versioned, importing nothing of ours."""
