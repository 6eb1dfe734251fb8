"""What changes guides: reading one in, correcting its tree, accepting it as an edition."""
