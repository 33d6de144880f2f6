//! Operations on relations between parties: who belongs to whom, and what was found to be the same.

use actix_web::web::Path;
use actix_web::{get, post};
use app::credit::groups::{CreateRelation, PartyRelation, create_relation as create, end_relation as end};
use app::credit::lists;
use domain::credit::groups::RelationKind;
use kernel::id::{PartyId, PartyRelationId};
use kernel::{Outcome, text_enum};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::checks::instant;
use crate::answer::{self, Versioned};
use crate::call::{Call, Cmd};
use crate::listing;
use crate::openapi::PageOf;
use crate::problem::RestResult;

/// That a party belongs to another one, within its dates.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PartyRelation)]
pub(crate) struct PartyRelationDto {
    #[schema(example = "rel_0193c0de0193c0de0193c0de0193c0de")]
    id: String,
    party_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    party_name: Option<String>,
    related_party_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    related_party_name: Option<String>,
    /// `parent`, `branch`, `joint_control` or `merged`.
    kind: String,
    /// `pushed` by an ERP, or `manual`.
    origin: String,
    /// From ever when absent.
    #[schema(format = Date)]
    from: Option<String>,
    /// The last day it holds; until somebody ends it when absent.
    #[schema(format = Date)]
    until: Option<String>,
    #[schema(format = DateTime)]
    recorded_at: String,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CreatePartyRelation)]
pub(crate) struct CreatePartyRelationBody {
    party_id: String,
    related_party_id: String,
    /// `parent`: a daughter of it; `branch`: a branch of it; `joint_control`: controlled by it together with others; `merged`: found
    /// to be the same, so that both count as one.
    kind: String,
    /// From ever when absent.
    #[schema(format = Date)]
    from: Option<String>,
    /// The last day it holds; until somebody ends it when absent.
    #[schema(format = Date)]
    until: Option<String>,
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = EndPartyRelation)]
pub(crate) struct EndPartyRelationBody {
    /// The last day it holds; yesterday when absent.
    #[schema(format = Date)]
    until: Option<String>,
}

impl CreatePartyRelationBody {
    fn into_command(self) -> Outcome<CreateRelation> {
        Ok(CreateRelation {
            party: PartyId::parse(&self.party_id)?,
            related: PartyId::parse(&self.related_party_id)?,
            kind: text_enum::parse::<RelationKind>("kind", &self.kind)?,
            from: self.from,
            until: self.until,
        })
    }
}

impl Versioned for PartyRelationDto {
    fn version(&self) -> Option<i64> {
        None
    }
}

impl From<PartyRelation> for PartyRelationDto {
    fn from(relation: PartyRelation) -> Self {
        Self {
            id: PartyRelationId(relation.id).to_string(),
            party_id: PartyId(relation.party_id).to_string(),
            party_name: None,
            related_party_id: PartyId(relation.related_party_id).to_string(),
            related_party_name: None,
            kind: relation.kind.to_string(),
            origin: relation.origin,
            from: relation.from.map(|d| d.to_string()),
            until: relation.until.map(|d| d.to_string()),
            recorded_at: instant(relation.recorded_at),
        }
    }
}

/// Lists relations between parties.
#[utoipa::path(tag = "credit", responses((status = 200, body = PageOf<PartyRelationDto>)))]
#[get("/v1/party-relations")]
pub(super) async fn list_party_relations(call: Call) -> RestResult {
    listing::list::<PartyRelationDto>(call, &lists::PARTY_RELATIONS).await
}

/// Says that a party belongs to another one, or is the same. Exposure and limits of both are seen together from then on.
#[utoipa::path(tag = "credit", request_body = CreatePartyRelationBody, responses((status = 201, body = PartyRelationDto)))]
#[post("/v1/party-relations")]
pub(super) async fn create_party_relation(cmd: Cmd<CreatePartyRelationBody>) -> RestResult {
    let Cmd { call, body } = cmd;
    let answer = call.run(move |app, ctx| create(app, ctx, &body.into_command()?)).await?;
    answer::created(&call, &answer.map(PartyRelationDto::from))
}

/// One relation.
#[utoipa::path(tag = "credit", responses((status = 200, body = PartyRelationDto)))]
#[get("/v1/party-relations/{party_relation}")]
pub(super) async fn get_party_relation(call: Call, party_relation: Path<String>) -> RestResult {
    listing::get::<PartyRelationDto>(call, &lists::PARTY_RELATIONS, party_relation.into_inner()).await
}

/// Ends a relation: the given day is its last, and what was true before stays askable. Ending a merger splits the parties again.
#[utoipa::path(tag = "credit", request_body = EndPartyRelationBody, responses((status = 200, body = PartyRelationDto)))]
#[post("/v1/party-relations/{party_relation}/end")]
pub(super) async fn end_party_relation(
    cmd: Cmd<EndPartyRelationBody>,
    party_relation: Path<String>,
) -> RestResult {
    let Cmd { call, body } = cmd;
    let until = body.until;
    let answer = call
        .run(move |app, ctx| end(app, ctx, PartyRelationId::parse(&party_relation)?, until.as_deref()))
        .await?;
    answer::done(&call, &answer.map(PartyRelationDto::from))
}
