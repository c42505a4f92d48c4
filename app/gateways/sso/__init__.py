"""The company's SSO: any OpenID provider, found by its discovery document."""
