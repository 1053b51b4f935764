"""The forecast after every scan: what a parcel's story so far says of the time that is left."""
