"""Models that were trained to say how much each second matters."""

# what one of them reads, by the names of tracks
WHOLE = ("sight", "hearing")  # a row for all of a picture or of a sound
PLACES = ("patches",)  # a row for each place of a picture
READ = (*WHOLE, *PLACES)
