"""A small case of our own for tests of the model: a fictional border with two sides."""

SMALL = """
talion: 1
title: A border
as_of: 2024-06-01
history_from: 2024-01-01
actors:
  north: {name: North, kind: state}
  south: South
events:
  raid:
    title: Raid
    by: south
    against: north
    usual: [8, 10, 12]
    usual_when: {war: active}
    marks:
      place: {east: 60, west: 40}
      lethal: {'yes': [2, 5, 10], 'no': 95}
    listing: {share: [30, 50, 70]}
  reply:
    title: Reply
    by: north
    against: south
    usual: [1, 2, 3]
  demand:
    title: Demand
    by: south
    usual: 1
  session:
    title: Session
    by: north
    usual: 2
series: {acts: [raid, reply]}
factors:
  war: {kind: observed, title: War, states: {active: 1, pause: [0, 0.2, 0.6], ended: 0},
        values: {2024-01-01: active}, then: active, because: given}
  calm: {kind: observed, title: Calm ordered, states: {'on': 1, none: 0},
         values: {2024-05-20: 'on'}, then: {to: none, after: [20, 60, 150]}, because: given}
  talks: {kind: observed, title: Talks, states: {'on': 1, paused: 0}, values: {2024-05-01: 'on'},
          set_by: [{event: raid, when: {lethal: 'yes'}, to: paused, chance: [30, 70, 95],
                    lasts: [7, 20, 60], then: 'on'}], because: given}
  push: {kind: measured, title: Push, indicators: [demand], rest: [30, 45, 60],
         half_life: [30, 60, 120], noise: [2, 5, 10], because: given}
  attention: {kind: imagined, title: Attention, rest: 20, half_life: 10, because: given}
  presence: {kind: imagined, title: Presence, rest: 100, half_life: 60, because: given}
  outcome: {kind: imagined, title: Outcome, rest: 100, half_life: 1000, because: given}
  timetable: {kind: observed, title: Timetable, states: {agreed: 1, none: 0}, then: none, because: x}
  escalation: {kind: latent, title: Escalation, sd: [0.3, 0.6, 1.0], half_life: [10, 25, 60]}
links:
  A1:
    says: raid raises reply
    more_when: {lethal: 'yes', times: [1.5, 3, 6]}
    strength: moderate
    fades: days
    origin: brief
    because: replies follow raids
  A2: {says: reply raises raid, extra: [0.5, 1.5, 3], within: 30 days, fades: weeks, origin: brief,
       because: revenge, contested: the other side denies it}
  A3: {says: reply lowers raid, strength: moderate, fades: days, origin: analyst, because: fear}
  A4: {says: reply raises push, points: [2, 5, 10], origin: brief, because: anger}
  A5: {says: push raises demand, times: [1.3, 2, 3.5], origin: brief, because: what it means}
  A6: {says: war raises raid, times: [1.5, 4, 12], origin: brief, because: solidarity}
  A7: {says: calm lowers raid, times: [2, 5, 12], origin: record, because: orders}
  A8: {says: push raises session, strength: weak, origin: brief, because: hope}
  A9: {says: presence lowers push, per_100: [5, 10, 20], origin: analyst, because: calm}
  R3: {says: [escalation raises raid, escalation raises reply], times: [1.3, 1.8, 3],
       origin: record, because: common cause}
  R4: {says: [reply raises attention, 'attention raises raid[listing]'], strength: moderate,
       origin: record, because: the press looks}
  R5: {says: 'push raises raid[place=west]', times: [1.2, 2, 3], origin: analyst, because: mix}
issues:
  stay:
    title: Shall North stay
    scale: {0: leaves, 100: stays}
    positions:
      north: {at: [60, 80, 90], power: 80, salience: 50, because: says so}
      south: {at: [0, 5, 20], power: 40, salience: 90, because: says so, moved_by: {push: [-20, -10, 0]}}
decisions:
  leave: {title: Leaving, issue: stay, called_by: [{event: session, chance: [5, 10, 20]}],
          needs: {talks: 'on'}, error: 30, writes: outcome, agreed_at_most: 50,
          sets: {factor: timetable, to: agreed},
          executes: {factor: presence, outcome_to_level: {0: 0, 50: 50, 100: 100},
                     lag: [60, 120, 240], reversal: [10, 30, 50]}}
what_ifs:
  ceasefire: {title: Ceasefire, from: 2024-07-01, set: war, to: ended}
  no_replies: {from: as_of, do: [{block: reply}]}
  double: {from: as_of, do: [{scale: A1, by: 2}]}
  doubled_raids: {from: as_of, do: [{scale: raid, by: 2, for: 60 days}]}
  replay: {from: 2024-05-01, history_until: 2024-05-01,
           do: [{block: reply}, {add: reply, at: 2024-05-02}, {unblock: reply, at: as_of}]}
  gone: {from: 2024-09-01, do: [{pin: presence, to: 0}]}
judgments:
  J1:
    claim: An end to the war would not stop the raids
    kind: conditional
    word: would not
    under: ceasefire
    holds_if: {count: raid, at_least: 1, in_every: 30 days, from: ceasefire + 30 days, to: horizon}
  J2:
    claim: Replies speed up demands
    kind: cause
    holds_if:
      difference: {count: demand, from: as_of, to: as_of + 90 days}
      under: baseline
      against: no_replies
      higher_by: 25 %
"""
