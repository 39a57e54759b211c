"""What programs read of us: stored values as the JSON objects of docs/json.md, to the letter.

Every key is always there, null or an empty list where there is nothing. Moments are ISO 8601 in UTC
with milliseconds and Z; amounts are decimals as text; people are bare lower-case addresses.
"""
