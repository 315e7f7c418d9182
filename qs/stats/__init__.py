"""Statistics of quality: plain numbers in, plain numbers out, every formula with its source.

Where to look: charts over time in `control_charts`. Fair comparison: intervals of single figures in
`comparison`; funnels of shares, rates and ratios in `funnels`, exact tails in `exact_tails`, spread beyond chance in
`overdispersion`; many tests at once (false discoveries) in `multiplicity`. Order and its uncertainty in `ranks`,
`exact_ranks` and `rank_sets`, with `shrinkage` and `posteriors`; scores of many indicators in `composites`. How
unequally something is spread in `inequality`; ratings that look made in `manipulation`; what evidence allows to do in
`decisions`, and whom other rules would hit in `penalty_trial`.
"""
