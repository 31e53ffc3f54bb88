# pappus: in=rows out=records
"""Makes records of rows as people enter them: trimmed names, prices in cents, no row without a price.

    pappus deploy clean.py
    pappus invoke clean --set 'rows/1={"name":" Tea ","price":"3.20"}'
"""
import json


def cents(price):
    whole, _, part = str(price).strip().partition(".")
    return int(whole or 0) * 100 + int((part + "00")[:2])


def handler(inputs):
    records = []
    for name, key, data in inputs["rows"]:
        row = json.loads(data)
        if row.get("price") not in (None, ""):
            record = {"name": row["name"].strip().lower(), "cents": cents(row["price"])}
            records.append((name, key, json.dumps(record) + "\n"))
    return {"records": records}
