"""Learning a form from its blank: a scan, a photo or a PDF in, a proposal of fields out, for a person to correct.

``learn.learn_delivered`` works on pictures and runs in a reading process; ``naming.propose`` makes keys and kinds of
what it found; ``proposal`` holds what a person may change, and gives the form. See docs/decisions/0014.
"""
