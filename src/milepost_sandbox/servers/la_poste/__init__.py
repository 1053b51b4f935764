"""The La Poste of the sandbox: its Suivi API, version 2."""
