//! The promises of the framework: this file is about workers over queues in memory, in paused time.

mod memory;

use std::time::Duration;

use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

use self::memory::{Pump, Said, Waiting, start, talker};
use super::{BackOff, FailureKind, Jitter, Mood, Pace, every};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

fn ran(said: &[Said]) -> Vec<u32> {
    said.iter().filter_map(|it| if let Said::Ran(message) = it { Some(*message) } else { None }).collect()
}

#[tokio::test(start_paused = true)]
async fn premium_goes_first_and_standard_never_starves() {
    let (premium, standard) = (Waiting::of(100..140), Waiting::of(0..10));
    let (task, hears) = talker(Duration::ZERO);
    let worker = every(HOUR).for_queue(premium).batch(4).and_for(standard, 1).iterations_max(1_000).perform("t", task);

    let said = start(worker, hears).stop_after(SECOND).await;

    let expected: Vec<u32> =
        (0..10).flat_map(|it| [100 + 4 * it, 101 + 4 * it, 102 + 4 * it, 103 + 4 * it, it]).collect();
    assert_eq!(ran(&said), expected);
}

#[tokio::test(start_paused = true)]
async fn one_iteration_takes_once_from_each_queue() {
    let (first, second) = (Waiting::of(0..3), Waiting::of(10..13));
    let (task, hears) = talker(Duration::ZERO);
    let worker = every(HOUR).for_queue(first.clone()).batch(10).and_for(second.clone(), 10).perform("t", task);

    start(worker, hears).stop_after(SECOND).await;

    assert_eq!((first.looks(), second.looks()), (1, 1));
    assert_eq!((first.done(), second.done()), (vec![0, 1, 2], vec![10, 11, 12]));
}

#[tokio::test(start_paused = true)]
async fn full_batches_are_followed_at_once_and_cut_into_cycles() {
    let queue = Waiting::of(0..100);
    let (task, hears) = talker(Duration::ZERO);
    let worker = every(HOUR).for_queue(queue.clone()).batch(10).iterations_max(4).perform("t", task);

    let said = start(worker, hears).stop_after(SECOND).await;

    assert_eq!(queue.done().len(), 100);
    assert_eq!(said.iter().filter(|it| **it == Said::Pre).count(), 3, "40, 40, 20 and a look that found nothing");
    assert_eq!(said.iter().filter(|it| **it == Said::Post).count(), 3);
    assert_eq!(said[41], Said::Post);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_worker_looks_once_in_an_interval() {
    let queue = Waiting::default();
    let (task, hears) = talker(Duration::ZERO);
    let worker = every(SECOND * 10).for_queue(queue.clone()).batch(10).perform("t", task);

    start(worker, hears).stop_after(SECOND * 95).await;

    assert_eq!(queue.looks(), 10);
}

#[tokio::test(start_paused = true)]
async fn a_wake_up_shortens_the_wait() {
    let (queue, bell) = (Waiting::default(), watch::Sender::new(()));
    let (task, hears) = talker(Duration::ZERO);
    let worker = every(HOUR).for_queue(queue.clone()).batch(10).woken_by(bell.subscribe()).perform("t", task);
    let mut running = start(worker, hears);
    sleep(SECOND).await;
    let asked_at = Instant::now();

    queue.push([5]);
    bell.send_replace(());
    while running.hears.recv().await != Some(Said::Ran(5)) {}

    assert_eq!(asked_at.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn errors_are_never_answered_by_a_hot_loop() {
    let (queue, bell) = (Waiting::default(), watch::Sender::new(()));
    queue.fault(usize::MAX);
    let (task, hears) = talker(Duration::ZERO);
    let back_off = BackOff { first: SECOND, most: SECOND * 60 };
    let plan = every(Duration::from_millis(10)).for_queue(queue.clone()).batch(10).woken_by(bell.subscribe());
    let running = start(plan.back_off(back_off).jitter(Jitter::by(|| 1.0)).perform("t", task), hears);
    for _ in 0..3_600 {
        sleep(SECOND).await;
        bell.send_replace(());
    }

    // 1, 2, 4, 8, 16, 32 seconds, then one look a minute, however often the bell rings.
    assert_eq!(queue.looks(), 7 + (3_600 - 63) / 60);
    assert_eq!(running.counters.snapshot().mood, Mood::BackingOff);
    assert_eq!(running.counters.snapshot().last_error.as_deref(), Some("the store is away"));
}

#[tokio::test(start_paused = true)]
async fn success_ends_a_row_of_errors() {
    let queue = Waiting::of([1]);
    queue.fault(5);
    let (task, hears) = talker(Duration::ZERO);
    let back_off = BackOff { first: SECOND, most: HOUR };
    let plan = every(SECOND).for_queue(queue.clone()).batch(10).back_off(back_off).jitter(Jitter::by(|| 1.0));
    let running = start(plan.perform("t", task), hears);

    sleep(Duration::from_millis(31_500)).await;
    assert_eq!(queue.done(), [1], "after 1, 2, 4, 8 and 16 seconds");
    queue.fault(1);
    sleep(Duration::from_secs(3)).await;

    assert_eq!(queue.looks(), 6 + 1 + 2, "the fault was followed by a wait of one second, not of 32");
    running.stop_after(SECOND).await;
}

#[test]
fn a_wait_is_bounded_below_and_above_and_half_of_it_is_spread() {
    let back_off = BackOff { first: Duration::ZERO, most: SECOND };
    assert_eq!(back_off.wait(1, &mut Jitter::by(|| 0.0)), BackOff::MIN);
    let back_off = BackOff { first: SECOND, most: SECOND * 60 };
    assert_eq!(back_off.wait(u32::MAX, &mut Jitter::by(|| 1.0)), SECOND * 60);
    assert_eq!(back_off.wait(2, &mut Jitter::by(|| 0.0)), SECOND);
    let mut random = Jitter::random();
    let waits: Vec<Duration> = (0..100).map(|_| back_off.wait(2, &mut random)).collect();
    assert!(waits.iter().all(|it| (SECOND..=SECOND * 2).contains(it)));
    assert!(waits.iter().any(|it| *it != waits[0]));
}

#[tokio::test(start_paused = true)]
async fn new_settings_take_effect_without_a_restart() {
    let queue = Waiting::of(0..3);
    let (task, hears) = talker(Duration::ZERO);
    let slow = Pace { interval: HOUR, batches: vec![10], iterations_max: 1 };
    let (settings, pace) = watch::channel(slow.clone());
    let worker = every(HOUR).for_queue(queue.clone()).batch(1).paced_by(pace).perform("t", task);
    let running = start(worker, hears);
    sleep(SECOND * 600).await;
    assert_eq!((queue.looks(), queue.done().len()), (1, 3));

    settings.send_replace(Pace { interval: SECOND, batches: vec![2], iterations_max: 1 });
    queue.push(10..14);
    sleep(SECOND / 2).await;
    assert_eq!(queue.looks(), 4, "at once two batches of two, then a look that found nothing");
    sleep(SECOND * 2).await;
    assert_eq!(queue.looks(), 6);

    drop(settings);
    sleep(SECOND * 2).await;
    assert_eq!(queue.looks(), 8, "the last settings stay when nobody can change them any more");
    running.stop_after(SECOND).await;
}

#[test]
fn settings_are_raised_to_their_floors() {
    let pace = Pace { interval: Duration::ZERO, batches: vec![0, 8, usize::MAX], iterations_max: 0 };
    let raised = Pace {
        interval: Pace::INTERVAL_MIN,
        batches: vec![Pace::BATCH_MIN, 8, Pace::BATCH_MAX],
        iterations_max: Pace::ITERATIONS_MIN,
    };
    assert_eq!(pace.within_bounds("t"), raised);
    assert_eq!(raised.clone().within_bounds("t"), raised);
}

#[tokio::test(start_paused = true)]
async fn a_drain_finishes_the_batch_in_hand_and_takes_no_more() {
    let (premium, standard) = (Waiting::of(0..20), Waiting::of(100..120));
    let (task, mut hears) = talker(SECOND);
    let plan = every(SECOND).for_queue(premium.clone()).batch(5).and_for(standard.clone(), 5);
    let worker = plan.drain_within(SECOND * 20).perform("t", task);
    let (counters, shutdown) = (worker.counters(), CancellationToken::new());
    let run = worker.run(shutdown.clone());
    let stop = async {
        while hears.recv().await != Some(Said::Ran(1)) {}
        shutdown.cancel();
    };

    tokio::join!(run, stop);

    assert_eq!((premium.done(), premium.left()), (vec![0, 1, 2, 3, 4], 15));
    assert_eq!(standard.looks(), 0);
    assert_eq!(counters.snapshot().mood, Mood::Ended);
    let mut last = None;
    while let Ok(it) = hears.try_recv() {
        last = Some(it);
    }
    assert_eq!(last, Some(Said::Post), "it also tears down");
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_at_its_bound() {
    let queue = Waiting::of(0..20);
    let (task, hears) = talker(HOUR / 100);
    let worker = every(SECOND).for_queue(queue.clone()).batch(5).drain_within(SECOND * 40).perform("t", task);
    let counters = worker.counters();
    let running = start(worker, hears);
    let began_at = Instant::now();

    running.stop_after(SECOND).await;

    assert_eq!(began_at.elapsed(), SECOND * 41);
    let snapshot = counters.snapshot();
    assert_eq!((snapshot.in_hand, snapshot.done, snapshot.failed), (4, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_waiting_worker_ends_at_once() {
    let (task, hears) = talker(Duration::ZERO);
    let worker = every(HOUR).for_queue(Waiting::default()).batch(1).perform("t", task);
    let began_at = Instant::now();

    start(worker, hears).stop_after(SECOND).await;

    assert_eq!(began_at.elapsed(), SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_message_that_fails_does_not_hold_up_those_behind_it() {
    let queue = Waiting::of([1, 901, 2, 999, 3]);
    let (task, hears) = talker(Duration::ZERO);
    let worker = every(HOUR).for_queue(queue.clone()).batch(5).perform("t", task);
    let counters = worker.counters();

    start(worker, hears).stop_after(SECOND * 60).await;

    assert_eq!((queue.done(), queue.dead()), (vec![1, 2, 3], vec![901, 999]));
    let snapshot = counters.snapshot();
    assert_eq!((snapshot.in_hand, snapshot.done, snapshot.failed, snapshot.panics), (0, 3, 2, 1));
    assert_eq!(snapshot.lag_ms, Some(0), "the last look found nothing");
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_contained_counted_and_backed_off() {
    let queue = Waiting::of([999]);
    let (task, hears) = talker(Duration::ZERO);
    let back_off = BackOff { first: SECOND * 30, most: SECOND * 60 };
    let plan = every(SECOND).for_queue(queue.clone()).batch(1).back_off(back_off).jitter(Jitter::by(|| 1.0));
    let running = start(plan.perform("t", task), hears);

    sleep(SECOND * 29).await;
    assert_eq!(queue.looks(), 1);
    let snapshot = running.counters.snapshot();
    assert_eq!((snapshot.panics, snapshot.mood, snapshot.lag_ms), (1, Mood::BackingOff, Some(7_000)));
    assert_eq!(queue.failures()[0].kind, FailureKind::Panic);
    assert!(snapshot.last_error.unwrap().contains("poison"));

    queue.push([1]);
    sleep(SECOND * 2).await;
    assert_eq!(queue.done(), [1], "the worker lives on");
    running.stop_after(SECOND).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_that_hangs_is_given_up() {
    let queue = Waiting::of([1, 2]);
    let (task, hears) = talker(HOUR);
    let worker = every(HOUR).for_queue(queue.clone()).batch(2).run_within(SECOND * 60).perform("t", task);

    start(worker, hears).stop_after(SECOND * 121).await;

    assert_eq!(queue.dead(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_gives_everything_back_is_not_asked_again_at_once() {
    let queue = Waiting::careless([901]);
    let (task, hears) = talker(Duration::ZERO);
    let worker = every(SECOND).for_queue(queue.clone()).batch(1).perform("t", task);

    start(worker, hears).stop_after(SECOND * 9 + SECOND / 2).await;

    assert_eq!((queue.looks(), queue.left()), (10, 1));
}

#[tokio::test(start_paused = true)]
async fn a_message_may_stand_for_a_round_of_many() {
    let pump = Pump::over(25);
    let worker = every(HOUR).for_queue(pump.clone()).batch(10).iterations_max(2).perform("t", pump.clone());
    let (counters, shutdown) = (worker.counters(), CancellationToken::new());

    tokio::join!(worker.run(shutdown.clone()), async {
        sleep(SECOND).await;
        shutdown.cancel();
    });

    assert_eq!(pump.left(), 0);
    let snapshot = counters.snapshot();
    assert_eq!((snapshot.done, snapshot.failed, snapshot.in_hand), (22, 3, 0));
    assert_eq!((snapshot.iterations, snapshot.cycles), (3, 2), "10, 10 and 5");
}
