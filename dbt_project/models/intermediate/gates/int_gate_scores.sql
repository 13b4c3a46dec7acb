-- The score that a period is judged by: the latest one published within it, or published later for it, which is to
-- say for a period of its own that starts when this one does. Its averages are those of the same date.
with score_leaves as (

    select distinct
        rooftop_id,
        dealer_code,
        program_code,
        program_version,
        period_code,
        period_start_date,
        period_end_date,
        metric_code
    from {{ ref('int_metric_questions') }}

),

scores_of_period as (

    select
        leaves.rooftop_id,
        leaves.program_code,
        leaves.period_code,
        scores.*,
        row_number() over (
            partition by leaves.rooftop_id, leaves.program_code, leaves.period_code, leaves.metric_code
            order by scores.score_date desc, scores.period_start_date desc nulls last, scores.make_key
        ) as score_number
    from score_leaves as leaves
    inner join {{ ref('int_program_dealer_makes') }} as makes
        on
            leaves.rooftop_id = makes.rooftop_id
            and leaves.dealer_code = makes.dealer_code
            and leaves.program_code = makes.program_code
            and leaves.program_version = makes.program_version
    inner join {{ ref('int_csi_scores_latest') }} as scores
        on
            leaves.dealer_code = scores.dealer_code
            and makes.make_key = scores.make_key
            and leaves.metric_code = scores.metric_code
    where
        scores.score_date between leaves.period_start_date and leaves.period_end_date
        or (
            scores.score_date > leaves.period_end_date
            and abs({{ dbt.datediff("scores.period_start_date", "leaves.period_start_date", "day") }})
            <= {{ var('score_period_slack_days') }}
        )

)

select * from scores_of_period
where score_number = 1
