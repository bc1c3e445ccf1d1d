"""Diagnosis: what the record of a run says, judged from numbers alone."""
