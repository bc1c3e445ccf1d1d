from gradviz.views.plots.slow_range import SlowRange, from_zero, whole_decades


def test_it_grows_at_once() -> None:
    limits = SlowRange(whole_decades, (-6, 0))
    assert limits.include(-3.2, -0.5, now=0)
    assert (limits.low, limits.high) == (-4, 0)
    assert limits.include(-9.1, 1.5, now=0)
    assert (limits.low, limits.high) == (-10, 2)


def test_it_shrinks_slowly() -> None:
    limits = SlowRange(whole_decades, (-6, 0), hold=4)
    limits.include(-12, 0, now=0)
    assert not limits.include(-4, 0, now=1)
    assert not limits.include(-4, 0, now=4.9)
    assert limits.include(-4, 0, now=5.1)
    assert limits.low == -8
    for second in range(10, 60, 5):
        limits.include(-4, 0, now=second)
    assert (limits.low, limits.high) == (-4, 0)


def test_a_short_calm_does_not_shrink_it() -> None:
    limits = SlowRange(whole_decades, (-6, 0), hold=4)
    limits.include(-12, 0, now=0)
    limits.include(-4, 0, now=1)
    limits.include(-12, 0, now=3)
    assert not limits.include(-4, 0, now=5.5)
    assert limits.low == -12


def test_another_run_starts_anew() -> None:
    limits = SlowRange(from_zero, (0, 2.5))
    limits.include(0, 90, now=0)
    limits.reset()
    assert (limits.low, limits.high) == (0, 2.5)
    limits.include(0.1, 1.7, now=1)
    assert (limits.low, limits.high) == (0, 2)


def test_rounding() -> None:
    assert whole_decades(-3, -3) == (-4, -2)
    assert from_zero(-0.3, 2.31) == (-0.5, 2.5)
    assert from_zero(0, 0)[1] > 0
