"""A run as files of an office: Word, Excel, slides, pictures, plain text, BibTeX."""
