{{ landed_rows('csi/scores', [
    'dealer_code',
    'make',
    'metric_code',
    'period_start_date',
    'score_date',
    'score',
    'sample_count',
    'region_code',
    'region_average',
    'national_average',
    'row_updated_at',
]) }}
