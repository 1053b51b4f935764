"""La Poste with Colissimo and Chronopost: its Suivi API, version 2."""
