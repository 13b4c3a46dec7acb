"""Dagster assets, one module per station of the walk: landing, rules, dbt, forecast, publish.

An asset opens its stage, calls the function that does the work, and says what it read and gave on.
The work itself belongs to `orchestration.stages`, `orchestration.landing` and
`orchestration.publish`.
"""
