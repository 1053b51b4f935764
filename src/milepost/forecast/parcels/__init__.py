"""What trees add to the forecast of a parcel on its way: who is slower than others, and how sure that is."""
