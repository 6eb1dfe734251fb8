"""What the pages of learning and teaching show, split by who reads them."""
