//! What a debtor reads in the letter of a message that was sent, by eyes that are not ours.

use doubles::paper::{Reading, payment_code};
use serde_json::json;

use crate::messages::{message, plan, seeded};

#[test]
fn the_letter_of_a_sent_message_says_who_writes_how_to_pay_and_who_signs() {
    let (app, account) = seeded();
    let entity = app.get("/v1/legal-entities").expect(200)["items"][0].clone();
    let path = format!("/v1/legal-entities/{}", entity["id"].as_str().expect("an id"));
    let mut settings = entity;
    for told in ["id", "mandant_id", "code", "version", "created_at"] {
        settings.as_object_mut().expect("an object").remove(told);
    }
    settings["name"] = json!("Suministros Ibéricos, S.A.");
    settings["payee_name"] = json!("Suministros Ibéricos, S.A.");
    settings["letterhead"] = json!({ "lines": ["Tel. 910 000 000", "cobros@iberica.example"],
        "footer": ["Registro Mercantil de Madrid, hoja M-1"] });
    settings["signatory"] = json!({ "name": "Begoña Núñez", "role": "Jefa de cobros" });
    app.put(&path, &settings).expect(200);
    let id = plan(&app, &account, "first_reminder");
    app.send_due();
    let sent = message(&app, &id);
    assert_eq!(sent["state"], "sent", "{sent}");
    let pdf = app.get(&format!("/v1/messages/{id}/pdf"));
    let letter = Reading::of(&pdf.bytes);
    for said in [
        "Suministros Ibéricos, S.A.",
        "A58818501",
        "Calle Mayor 1",
        "28013 Madrid",
        "Tel. 910 000 000",
        "cobros@iberica.example",
        "Registro Mercantil de Madrid, hoja M-1",
        "Begoña Núñez",
        "Jefa de cobros",
        "ES91 2100 0418 4502 0005 1332",
        "Talleres Ibarra, S.L.",
        "1.150,00",
    ] {
        assert!(letter.says(said), "{said:?} is missing in {:?}", letter.pages);
    }
    let code = payment_code(&pdf.bytes).expect("a code that a banking application can read");
    let lines = code.lines().collect::<Vec<_>>();
    assert_eq!(lines[..4], ["BCD", "002", "1", "SCT"], "{code}");
    assert_eq!(lines[5..8], ["Suministros Ibéricos, S.A.", "ES9121000418450200051332", "EUR1150"], "{code}");
}
