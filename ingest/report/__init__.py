"""What happened in a period, told to people.

`model` is the report as a value; `build` makes it from the record, `fold` puts what went to and fro into one
entry; `terminal`, `page` and `chart` show it, and read nothing.
"""
