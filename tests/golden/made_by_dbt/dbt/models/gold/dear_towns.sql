-- Dear towns.
-- Promoted from notebooks/dear.ipynb, step gold:dear_towns. Change the notebook and run `promote`.
-- source=0e744ef5a1e8f06b body=760aed818cb65440
-- UNVERIFIED: no run has shown that this model gives what the notebook gives.

SELECT town, max(rent) AS rent FROM {{ ref('dear') }} d GROUP BY town
