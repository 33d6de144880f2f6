//! Public holidays of the countries we know, computed from the laws that set them.

use domain::reference::PLACES;
use kernel::Outcome;
use kernel::calendar::{HOLIDAY_YEARS, SATURDAY_SUNDAY};

use super::{Planting, Seed};
use crate::calendars::{Calendar, Holiday};

/// Calendars with their holidays of [`HOLIDAY_YEARS`].
pub(super) static SEED: Seed = Seed {
    name: "calendars",
    version: 1,
    source: "computed from the holiday laws named at kernel::calendar::HolidaySet, for the years 2018 to 2035",
    plant,
};

fn plant(planting: &mut Planting<'_>) -> Outcome<u64> {
    let mut rows = 0;
    for place in PLACES {
        let calendar = Calendar {
            code: place.set.to_string(),
            name: place.name.to_owned(),
            country: place.country.map(str::to_owned),
            subdivision: place.subdivision.map(str::to_owned),
            weekend: SATURDAY_SUNDAY,
            version: 1,
            created_at: planting.ctx.now,
        };
        rows += u64::from(planting.tx.insert_calendar_if_absent(&calendar, planting.event)?);
        let mut holidays = Vec::new();
        for year in HOLIDAY_YEARS {
            let days = place.set.days(year)?.into_iter();
            holidays.extend(days.map(|(day, name)| Holiday { day, name: name.to_owned() }));
        }
        rows += planting.tx.insert_holidays(&calendar.code, &holidays, planting.event)?;
    }
    Ok(rows)
}
