"""What is done with the catalog. Buyers reserve and save; merchants list, price, stock and pause.

Goods are the owners' and managers' business: each verb of theirs asks for the role itself (Forbidden for a clerk,
NotFound for a stranger).
"""
