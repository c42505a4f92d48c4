"""One file a command: the file's name is the command's, and it holds a click command called `command`."""
