"""Asks every dataset of examples/superset through SQLAlchemy: its rows, each metric, and each filter of the dashboard,
whose parts must be the whole. Prints dataset and number of rows.

usage: ask_datasets.py examples/superset SQLALCHEMY_URI
"""

import sys

import sqlalchemy

sys.path.insert(0, sys.argv[1])
import make_bundle  # noqa: E402

with sqlalchemy.create_engine(sys.argv[2]).connect() as connection:
    for name, metrics in make_bundle.METRICS.items():
        source = f"FROM ({make_bundle.dataset_sql(name, 'crm')}) AS virtual_table"

        def ask(query, **parameters):
            return connection.execute(sqlalchemy.text(query), parameters).fetchall()

        rows = ask(f"SELECT count(*) {source}")[0][0]
        for metric, expression, _ in metrics:
            ask(f"SELECT region, {expression} AS {metric} {source} GROUP BY region ORDER BY 2 DESC LIMIT 1000")
        for column in ("record_type", "owner_id", "region"):
            values = [value for value, in ask(f"SELECT DISTINCT {column} {source}")]
            parts = sum(
                ask(f"SELECT count(*) {source} WHERE {column} IN (:value)", value=value)[0][0]
                for value in values
                if value
            )
            unowned = ask(f"SELECT count(*) {source} WHERE {column} IS NULL")[0][0]
            assert parts + unowned == rows, f"{name}: the parts by {column} are {parts} of {rows}"
        print(name, rows, sep="\t")
