"""What runs inside a decoding process, and nowhere else: the only code that opens an upload.

Each job is a generator of messages over one file; `__main__` takes the order and sends them.
"""
