//! Business calendars and their closed days.

mod dto;
mod handlers;

use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(handlers::list_calendars)
        .service(handlers::get_calendar)
        .service(handlers::create_calendar)
        .service(handlers::list_holidays)
        .service(handlers::add_holiday)
        .service(handlers::remove_holiday)
        .service(handlers::get_business_day);
}
