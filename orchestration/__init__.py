"""Everything that runs: landing, gates, dbt, forecast, publish, schedules and the command line.

Computation lives elsewhere (programs, forecasting, dbt_project, expectations); here it is put in
order, given its files and its moment, timed, recorded and published. Nothing heavy is imported at
import time.
"""
