"""The vocabulary that people, companies and conversations are drawn from."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> list[str]:
    return text.split()


FIRST_NAMES: Final = _words("""
    Agnes Ali Amelia Anders Anika Antonio Aoife Astrid Ayla Bastian Bianca Bruno Camille Carla Carlos
    Cecilia Chen Clara Cora David Diego Dina Dmitri Edda Elena Elias Elif Emil Emma Erik Esther Eva
    Fatima Felix Filippa Finn Franka Gabriel Giulia Greta Gustav Hana Hannah Hassan Helena Henrik Hugo
    Ida Ilse Ines Irina Isak Ivan Jana Jasper Joanna Johan Julia Kai Karim Karin Kasper Katja Kofi Lara
    Lars Laura Lea Leo Lina Linus Lucia Luis Lukas Magda Maja Malik Marco Maria Marit Martin Mei Mia
    Miguel Mila Milan Mira Nadia Nils Nina Noah Nora Olga Oliver Oskar Otto Paula Pavel Petra Philip
    Rafael Rania Robin Rosa Ruth Samir Sara Sebastian Selma Silas Simone Sven Tara Teo Thea Tilda Tobias
    Ulrike Vera Victor Viktoria Wanda Yara Yusuf Zoe
""")
LAST_NAMES: Final = _words("""
    Abbas Ahlgren Almeida Andersen Bakker Bauer Becker Bergman Bianchi Blum Boateng Bosch Brandt Brennan
    Bruun Carvalho Castro Chen Christensen Conti Costa Dahl Danieli Diallo Dubois Eklund Engel Eriksen
    Falk Farkas Fernandes Ferrari Fischer Fontaine Forsberg Garcia Gruber Haas Hansen Hassan Heinrich
    Hoffmann Holm Horvat Ivanova Jansen Jensen Johansson Kaplan Karlsson Keller Khan Klein Koch Kovac
    Kowalski Krause Kumar Lambert Lang Larsen Laurent Lehmann Lindgren Lopez Lund Maier Marino Marques
    Martens Mendes Meyer Moreau Moretti Moser Mueller Nagy Nielsen Nilsson Novak Nyberg Okoye Olsen
    Ortega Osman Pereira Petersen Petit Popescu Ramos Rasmussen Ricci Richter Rojas Romano Rossi Roth
    Russo Santos Schmidt Schneider Schulz Silva Simic Sorensen Steiner Strand Svensson Tanaka Thomsen
    Vogel Wagner Weber Winkler Wolf Yilmaz Zimmermann
""")
COMPANY_FIRST: Final = _words("""
    Alder Amber Anchor Aurora Beacon Birch Bright Cedar Cobalt Copper Coral Crest Delta Dune Ember
    Evergreen Falcon Fjord Forge Garnet Glacier Granite Harbour Hazel Heron Indigo Ivory Juniper Kestrel
    Lark Linden Lumen Maple Meridian Mosaic Nordlys North Oak Onyx Orchard Osprey Pebble Pine Polaris
    Quarry Raven Ridge River Saffron Sierra Silver Slate Solstice Sparrow Spruce Summit Tamarin Tidal
    Timber Vale Velvet Verdant Willow Zephyr
""")
COMPANY_LAST: Final = _words("""
    Analytics Architects Consulting Creative Dental Design Digital Energy Engineering Events Finance
    Foods Freight Group Health Hotels Insurance Interiors Labs Law Legal Logistics Marketing Media
    Mobility Partners Pharma Properties Robotics Security Software Solar Studio Systems Textiles Travel
    Ventures Wealth Works
""")
JOB_TITLES: Final = (
    "Managing Director",
    "Head of Operations",
    "Operations Manager",
    "Founder",
    "Head of Sales",
    "Office Manager",
    "Project Manager",
    "Client Director",
    "Head of IT",
    "Finance Director",
    "Studio Lead",
    "Marketing Manager",
    "Partner",
)
COUNTRIES: Final = (
    "DE",
    "SE",
    "DK",
    "NO",
    "FI",
    "NL",
    "FR",
    "ES",
    "PT",
    "IT",
    "PL",
    "AT",
    "CH",
    "BE",
    "IE",
    "GB",
    "US",
)
PRODUCTS: Final = ("Slyyfoxx Team", "Slyyfoxx Business", "Slyyfoxx Enterprise", "Slyyfoxx Client Portal")

MESSAGES: Final = (
    "",
    "",
    "We would like to see a demo.",
    "How does pricing work for our team?",
    "We lose track of client projects between sales and delivery. Can you help?",
    "Do you integrate with Outlook and our accounting?",
    "We are comparing three tools and want to decide this quarter. A demo would be great.",
    "Our current contract ends in two months, and we need client onboarding and reporting.",
)
NOTES: Final = {
    "call_logged": (
        "Talked through how they take on clients today. Mostly spreadsheets.",
        "Budget is there for this year; the decision is with the managing director.",
        "Asked about data protection and hosting. I will send the summary.",
        "They want to start with one team and grow from there.",
        "Left a message, will try again.",
        "Confirmed the next step and who joins.",
        "Worried about the effort of moving. Explained the onboarding project.",
    ),
    "email_logged": (
        "Sent the overview and two times for a demo.",
        "They confirmed the demo and added a colleague.",
        "Answered the questions about single sign-on.",
        "Sent the reference from a company of their size.",
        "They asked for a revised offer with yearly billing.",
    ),
    "meeting_logged": (
        "Demo with four people. The client portal was what they liked best.",
        "Walked through the proposal. Open: start date and payment terms.",
        "Workshop on their onboarding steps; mapped all of them.",
        "Met the managing director. Friendly, wants a quick decision.",
    ),
}
FOLLOW_UPS: Final = (
    "Call about the proposal",
    "Send the reference",
    "Ask for the decision",
    "Plan the demo",
    "Check in after the trial",
    "Clarify the start date",
    "Call back",
)
LOST_NOTES: Final = {
    "price": "Ten per cent over what they had planned.",
    "competitor": "Stayed with their current provider after all.",
    "no_budget": "Frozen until next year.",
    "no_response": "Five attempts, no answer.",
    "timing": "In the middle of a move; ask again in spring.",
    "not_a_fit": "Needs a shop system, which we are not.",
}
COMPETITORS: Final = ("Ledgerly", "Northdesk", "Pipewright")
HANDOFF_NOTES: Final = (
    "Start with the consulting team; the others follow in a month.",
    "Wants the kick-off in person.",
    "Prefers contact by e-mail. Data import from spreadsheets is agreed.",
    "",
)
TICKETS: Final = (
    "Cannot invite a colleague",
    "Invoice has the old address",
    "Import stops half-way",
    "How do I export a timeline?",
    "Login with single sign-on fails",
    "Report shows last month’s figures",
    "Please change our billing e-mail",
)
CAMPAIGNS: Final = (
    {"source": "google", "medium": "cpc", "name": "autumn"},
    {"source": "google", "medium": "cpc", "name": "client-portal"},
    {"source": "linkedin", "medium": "social", "name": "leaders"},
    {"source": "newsletter", "medium": "email", "name": "monthly"},
    {"source": "partner", "medium": "referral", "name": "accountants"},
    None,
    None,
)
SOURCES: Final = ("contact-form",) * 7 + ("referral", "webinar")
FORMS: Final = ("demo-request", "demo-request", "pricing", "trial", "contact")
TEAM_SIZES: Final = ("1-9", "10-49", "50-200", "201-1000", "1000+")
