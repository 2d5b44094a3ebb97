"""Counts of departures, kept in the same transaction as every change of one.

Triggers write each change as a row of `count_change`: what was counted before with a minus, what is
counted now with a plus. Now and then they are folded into blocks (`count_block`: the counted values
of every departure of a kabupaten and a year, as fixed rows of small numbers) and totals
(`count_total`: what a dashboard without filters shows, for each region and year). Who reads adds
the changes that are not yet folded, so a number is never stale.
"""
