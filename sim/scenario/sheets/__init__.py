"""Tables as people make them, read as the towns of a city: the files, their sheets, headings and rows, and what they say."""
