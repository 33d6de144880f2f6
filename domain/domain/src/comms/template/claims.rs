//! What a creditor must not say: a false look of a court, threats of force or of crime, shaming.
//!
//! Based on Directive 2005/29/EC art. 8 and 9 and annex I (aggressive practices), LO 1/1982 art. 7.7 (honour), the
//! judgment of the Spanish Supreme Court 306/2001 (collection by shaming), and the British rules on harassment of debtors
//! (Administration of Justice Act 1970, s. 40). A true statement of possible legal steps remains possible.

use super::Finding;
use crate::comms::codes;

/// Phrases, in small letters without accents.
const SPANISH: &[&str] = &[
    "notificacion judicial",
    "requerimiento judicial",
    "citacion judicial",
    "cedula de citacion",
    "cedula de emplazamiento",
    "providencia de apremio",
    "diligencia de embargo",
    "mandamiento de embargo",
    "orden de embargo",
    "embargo inmediato",
    "procederemos al embargo",
    "auto judicial",
    "orden judicial",
    "en nombre del juzgado",
    "agente judicial",
    "agentes judiciales",
    "policia",
    "carcel",
    "prision",
    "denuncia penal",
    "querella criminal",
    "antecedentes penales",
    "delito",
    "delincuente",
    "haremos publica su deuda",
    "publicaremos su deuda",
    "informaremos a sus clientes",
    "informaremos a sus vecinos",
    "informaremos a sus proveedores",
    "cobrador del frac",
    "visitaremos su domicilio",
    "sinverguenza",
    "estafador",
    "atengase a las consecuencias",
];
const ENGLISH: &[&str] = &[
    "court order",
    "court summons",
    "judicial notice",
    "judicial summons",
    "writ of",
    "warrant of",
    "arrest warrant",
    "you will be arrested",
    "seizure order",
    "immediate seizure",
    "bailiff",
    "bailiffs",
    "on behalf of the court",
    "official court",
    "criminal",
    "crime",
    "prison",
    "jail",
    "police",
    "we will publish your debt",
    "inform your customers",
    "inform your neighbours",
    "inform your neighbors",
    "inform your suppliers",
    "visit your home",
    "deadbeat",
    "fraudster",
];

/// Banned claims in a text, also in one that a person edited before sending. The lists of both languages hold for every template: a mixed text must not evade them.
pub fn banned_claims(field: &str, text: &str) -> Vec<Finding> {
    let plain = format!(" {} ", folded(text));
    let hits = SPANISH.iter().chain(ENGLISH).filter(|phrase| plain.contains(&format!(" {phrase} ")));
    hits.map(|phrase| Finding::new(field, &codes::TEMPLATE_BANNED_CLAIM, format!("says \"{phrase}\"")))
        .collect()
}

/// Small letters, no accents, single blanks instead of everything that is no letter or digit.
fn folded(text: &str) -> String {
    let letters = text.chars().flat_map(char::to_lowercase).filter(|c| !is_combining(*c)).map(|c| match c {
        'á' | 'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        c if c.is_alphanumeric() => c,
        _ => ' ',
    });
    letters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Accents written as characters of their own.
fn is_combining(c: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_look_of_a_court_threats_and_shaming_are_found() {
        for text in [
            "NOTIFICACIÓN JUDICIAL",
            "Notificacio\u{301}n\njudicial previa",
            "le espera la cárcel.",
            "an official COURT—ORDER",
            "the police, who",
            "Informaremos a sus clientes de la deuda",
        ] {
            assert_eq!(
                banned_claims("text", text).first().map(|f| f.code.text),
                Some("template.banned_claim"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_true_statement_of_legal_steps_is_accepted() {
        for text in [
            "podremos reclamar la deuda por la vía judicial",
            "acudir a los juzgados y tribunales competentes",
            "we may claim the debt in court",
            "un descuento especial; nuestra política de precios; policial",
        ] {
            assert_eq!(banned_claims("text", text), [], "{text}");
        }
    }
}
