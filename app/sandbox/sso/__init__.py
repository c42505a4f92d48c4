"""The company's SSO in the sandbox: a small OpenID Connect provider with a user list."""
