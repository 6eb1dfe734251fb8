"""Files that people send: told by their bytes, held to limits, made harmless, and not for ever.

`kinds` says what the bytes are; `pictures`, `svg` and `sounds` write images and recordings
anew; `keeping` stores under a class with an end; `serving` hands out what is not ours so that
no browser opens it.
"""
