-- The surveys of a period, added up; none at all is a sample of zero. Averages stay a sum and a count, so that a
-- comparison with a gate is exact.
with survey_periods as (

    select distinct
        rooftop_id,
        dealer_code,
        program_code,
        program_version,
        period_code,
        period_start_date,
        period_end_date
    from {{ ref('int_metric_questions') }}
    where metric_source = 'survey_average'

),

surveys as (

    select
        makes.rooftop_id,
        makes.program_code,
        makes.program_version,
        surveys.survey_date,
        surveys.score
    from {{ ref('int_csi_surveys_latest') }} as surveys
    inner join {{ ref('int_program_dealer_makes') }} as makes
        on
            surveys.dealer_code = makes.dealer_code
            and surveys.make_key = makes.make_key

)

select
    periods.rooftop_id,
    periods.program_code,
    periods.period_code,
    count(surveys.score) as survey_count,
    coalesce(sum(surveys.score), 0) as score_sum,
    max(surveys.survey_date) as last_survey_date
from survey_periods as periods
left join surveys
    on
        periods.rooftop_id = surveys.rooftop_id
        and periods.program_code = surveys.program_code
        and periods.program_version = surveys.program_version
        and surveys.survey_date between periods.period_start_date and periods.period_end_date
group by periods.rooftop_id, periods.program_code, periods.period_code
