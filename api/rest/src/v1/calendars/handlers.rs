//! Operations on calendars.

use actix_web::web::Path;
use actix_web::{delete, get, post};
use app::calendars::business_day::business_day;
use app::calendars::create_calendar::{CreateCalendar, create_calendar as create};
use app::calendars::{Holiday, holidays, lists};
use kernel::time;

use super::dto::{AddHolidayBody, BusinessDayDto, CalendarDto, CreateCalendarBody, HolidayDto};
use crate::answer;
use crate::call::{Call, Cmd, NoBody};
use crate::listing;
use crate::openapi::PageOf;
use crate::params::Params;
use crate::problem::RestResult;

/// Lists calendars.
#[utoipa::path(tag = "calendars", responses((status = 200, body = PageOf<CalendarDto>)))]
#[get("/v1/calendars")]
pub(super) async fn list_calendars(call: Call) -> RestResult {
    listing::list::<CalendarDto>(call, &lists::CALENDARS).await
}

/// One calendar.
#[utoipa::path(tag = "calendars", responses((status = 200, body = CalendarDto)))]
#[get("/v1/calendars/{calendar}")]
pub(super) async fn get_calendar(call: Call, calendar: Path<String>) -> RestResult {
    listing::get::<CalendarDto>(call, &lists::CALENDARS, calendar.into_inner()).await
}

/// Creates a calendar: of a town, a company or a debtor, empty or with the days of another.
#[utoipa::path(tag = "calendars", request_body = CreateCalendarBody, responses((status = 201, body = CalendarDto)))]
#[post("/v1/calendars")]
pub(super) async fn create_calendar(cmd: Cmd<CreateCalendarBody>) -> RestResult {
    let Cmd { call, body: CreateCalendarBody { code, name, country, subdivision, weekend, copy_of } } = cmd;
    let cmd = CreateCalendar { code, name, country, subdivision, weekend, copy_of };
    let answer = call.run(move |app, ctx| create(app, ctx, &cmd)).await?;
    answer::created(&call, &answer.map(CalendarDto::from))
}

/// Lists closed days, of one calendar or of several.
#[utoipa::path(tag = "calendars", responses((status = 200, body = PageOf<HolidayDto>)))]
#[get("/v1/holidays")]
pub(super) async fn list_holidays(call: Call) -> RestResult {
    listing::list::<HolidayDto>(call, &lists::HOLIDAYS).await
}

/// Closes a calendar on a day.
#[utoipa::path(tag = "calendars", request_body = AddHolidayBody, responses((status = 201, body = HolidayDto)))]
#[post("/v1/calendars/{calendar}/holidays")]
pub(super) async fn add_holiday(cmd: Cmd<AddHolidayBody>, calendar: Path<String>) -> RestResult {
    let Cmd { call, body } = cmd;
    let code = calendar.into_inner();
    let day = time::parse_date("day", &body.day).map_err(|e| call.problem(e))?;
    let holiday = Holiday { day, name: body.name };
    let calendar = code.clone();
    let answer = call.run(move |app, ctx| holidays::add_holiday(app, ctx, &calendar, &holiday)).await?;
    answer::created(&call, &answer.map(|holiday| HolidayDto::new(code, holiday)))
}

/// Opens a calendar on a day that was closed.
#[utoipa::path(tag = "calendars", responses((status = 204)))]
#[delete("/v1/calendars/{calendar}/holidays/{day}")]
pub(super) async fn remove_holiday(cmd: Cmd<NoBody>, path: Path<(String, String)>) -> RestResult {
    let Cmd { call, body: NoBody {} } = cmd;
    let (calendar, day) = path.into_inner();
    let day = time::parse_date("day", &day).map_err(|e| call.problem(e))?;
    let answer = call.run(move |app, ctx| holidays::remove_holiday(app, ctx, &calendar, day)).await?;
    answer::nothing(&call, &answer)
}

/// Whether a day is a business day, and which ones stand beside it.
#[utoipa::path(tag = "calendars", responses((status = 200, body = BusinessDayDto)))]
#[get("/v1/calendars/{calendar}/days/{day}")]
pub(super) async fn get_business_day(call: Call, path: Path<(String, String)>) -> RestResult {
    Params::read(&call, &["fields"])?;
    let (calendar, day) = path.into_inner();
    let day = time::parse_date("day", &day).map_err(|e| call.problem(e))?;
    let found = call.run(move |app, ctx| business_day(app, ctx, &calendar, day)).await?;
    answer::object(&call, &BusinessDayDto::from(found))
}
