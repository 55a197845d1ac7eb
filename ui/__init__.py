"""The page: wiring in page, values in and out in handlers, HTML in views, looks in look."""
