{{ landed_rows('csi/surveys', [
    'dealer_code',
    'make',
    'survey_id',
    'vin',
    'survey_date',
    'score',
    'row_updated_at',
]) }}
