//! Scores, runs, overrides and statements.

mod facts;
mod overrides;
mod rows;
mod runs;
mod statements;

use app::credit::scoring::overrides::RatingOverride;
use app::credit::scoring::run::ScoreRun;
use app::credit::scoring::score::ScoreRecord;
use app::credit::scoring::statements::StoredStatement;
use app::credit::scoring::store::{LoadedFacts, NewScore, ScoringReads, ScoringStore};
use app::dunning::store::ClaimedJob;
use kernel::id::EventId;
use kernel::{Date, Instant, Outcome};
use uuid::Uuid;

use crate::tx::PgTx;

impl ScoringReads for PgTx<'_> {
    fn risk_party_of(&mut self, party: Uuid) -> Outcome<Uuid> {
        facts::risk_party_of(self.conn, party)
    }

    fn risk_party_page(&mut self, after: Option<Uuid>, limit: i64) -> Outcome<Vec<Uuid>> {
        facts::page(self.conn, after, limit)
    }

    fn count_risk_parties(&mut self) -> Outcome<i64> {
        facts::count(self.conn)
    }

    fn load_scoring_facts(&mut self, parties: &[Uuid], on: Date, scorecard: &str) -> Outcome<LoadedFacts> {
        facts::load(self.conn, parties, (on, scorecard))
    }

    fn score(&mut self, id: Uuid) -> Outcome<Option<ScoreRecord>> {
        rows::find(self.conn, id)
    }

    fn score_at(&mut self, party: Uuid, scorecard: &str, at: Instant) -> Outcome<Option<ScoreRecord>> {
        rows::at(self.conn, party, (scorecard, at))
    }

    fn overrides_on(
        &mut self,
        party: Uuid,
        scorecard: &str,
        (day, known_at): (Date, Instant),
    ) -> Outcome<Vec<RatingOverride>> {
        overrides::on(self.conn, party, (scorecard, day, known_at))
    }

    fn score_run(&mut self, id: Uuid) -> Outcome<Option<ScoreRun>> {
        runs::find(self.conn, id)
    }

    fn running_score_run(&mut self, scorecard: &str) -> Outcome<Option<ScoreRun>> {
        runs::running(self.conn, scorecard)
    }

    fn statements_of(&mut self, party: Uuid, limit: i64) -> Outcome<Vec<StoredStatement>> {
        statements::of(self.conn, party, limit)
    }
}

impl ScoringStore for PgTx<'_> {
    fn overrides_set_by(&mut self, holder: Uuid, day: Date) -> Outcome<Vec<Uuid>> {
        overrides::set_by(self.conn, holder, day)
    }

    fn scorecards_activated_by(&mut self, holder: Uuid) -> Outcome<Vec<Uuid>> {
        overrides::scorecards_by(self.conn, holder)
    }

    fn write_scores(&mut self, scores: &[NewScore], event: EventId) -> Outcome<()> {
        rows::write(self.conn, scores, event)
    }

    fn insert_score_run(&mut self, run: &ScoreRun, event: EventId) -> Outcome<()> {
        runs::insert(self.conn, run, event)
    }

    fn score_run_for_update(&mut self, id: Uuid) -> Outcome<ScoreRun> {
        runs::for_update(self.conn, id)
    }

    fn save_score_run(&mut self, run: &ScoreRun) -> Outcome<()> {
        runs::save(self.conn, run)
    }

    fn insert_score_job(&mut self, run: &ScoreRun, event: EventId) -> Outcome<()> {
        runs::insert_job(self.conn, run, event)
    }

    fn claim_score_job(&mut self, lease_seconds: i32) -> Outcome<Option<ClaimedJob>> {
        runs::claim(self.conn, lease_seconds)
    }

    fn insert_override(&mut self, word: &RatingOverride, event: EventId) -> Outcome<()> {
        overrides::insert(self.conn, word, event)
    }

    fn override_for_update(&mut self, id: Uuid) -> Outcome<RatingOverride> {
        overrides::for_update(self.conn, id)
    }

    fn end_override(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()> {
        overrides::end(self.conn, id, (at, event))
    }

    fn overrides_past(&mut self, day: Date, limit: i64) -> Outcome<Vec<RatingOverride>> {
        overrides::past(self.conn, day, limit)
    }

    fn expire_override(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()> {
        overrides::expire(self.conn, id, (at, event))
    }

    fn statement_for_update(&mut self, party: Uuid, closes_on: Date) -> Outcome<Option<StoredStatement>> {
        statements::for_update(self.conn, party, closes_on)
    }

    fn statement_by_id_for_update(&mut self, id: Uuid) -> Outcome<StoredStatement> {
        statements::by_id_for_update(self.conn, id)
    }

    fn insert_statement(&mut self, statement: &StoredStatement, event: EventId) -> Outcome<()> {
        statements::insert(self.conn, statement, event)
    }

    fn supersede_statement(&mut self, id: Uuid, at: Instant, event: EventId) -> Outcome<()> {
        statements::supersede(self.conn, id, (at, event))
    }
}
