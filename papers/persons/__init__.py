"""Who wrote what, brought to the database: the engine of ``papers.disambiguation`` over stored records.

An import attributes by quick rules and marks its works (kind "mentions"); those marks become marks of blocks of names (kind
"block"), and a block's mentions are then compared with each other. What people decided goes in as constraints and comes out as it was.
"""
