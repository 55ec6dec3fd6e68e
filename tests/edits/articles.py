"""Articles in Dutch and English to try edits on: invented news of invented places."""

from __future__ import annotations


def _articles(text: str) -> tuple[str, ...]:
    """The articles of a listing: paragraphs apart by an empty line, lines wrapped, articles apart by `##`."""
    return tuple(
        "\n\n".join(" ".join(part.split()) for part in article.strip().split("\n\n")) + "\n"
        for article in text.split("##")
    )


DUTCH = _articles("""
Brug bij Westdam blijft langer dicht

De brug over de Linde bij Westdam blijft tot 14 mei gesloten voor al het verkeer. Dat heeft de gemeente
maandag bekendgemaakt. Bij een inspectie bleek dat 23 van de 80 draagbalken zijn verroest en dat het
wegdek op sommige plekken loslaat.

De herstelwerkzaamheden kosten naar verwachting 2,4 miljoen euro. Volgens wethouder Vermeer is er geen
gevaar geweest voor weggebruikers. "We hebben de brug op tijd afgesloten en we nemen geen enkel risico",
zei hij in de raad.

Dagelijks maken ongeveer 8.500 automobilisten gebruik van de oeververbinding. Zij moeten omrijden via
Oosterhaven, wat tijdens de spits een kwartier extra reistijd oplevert. Fietsers kunnen vanaf donderdag
gebruikmaken van een tijdelijke pont. Ondernemers in de binnenstad vrezen dat klanten wegblijven en hebben
om een vergoeding gevraagd.
##
Raad stemt in met nieuwe begroting

De gemeenteraad van Lindeveen heeft dinsdagavond ingestemd met de begroting voor volgend jaar. Van de 31
raadsleden stemden er negentien voor. De onroerendezaakbelasting stijgt met 4,5 procent, maar de
hondenbelasting verdwijnt.

Oppositieleider Kramer noemde de plannen teleurstellend. "Dit college heeft geen oog voor gezinnen met een
klein inkomen", aldus Kramer. Wethouder De Wit wees die kritiek van de hand en zei dat er juist 600.000
euro extra naar armoedebestrijding gaat.

Voor de bouw van een sporthal in de wijk Molenkwartier is 7 miljoen euro gereserveerd. De eerste paal gaat
op 3 maart 2025 de grond in. Over de toekomst van het zwembad is nog niets besloten. De raad praat daar in
het najaar opnieuw over.
##
Storm veroorzaakt schade langs de kust

Een zware storm heeft in de nacht van vrijdag op zaterdag veel schade aangericht langs de kust. In
Duinhoven werden windstoten van 118 kilometer per uur gemeten. De brandweer rukte 140 keer uit voor
omgewaaide bomen en losgeraakte dakpannen.

Twee mensen raakten lichtgewond toen een tak op hun auto viel. Op het strand van Noorderzand is naar
schatting 40.000 kubieke meter zand weggeslagen. Strandtenthouder Visser is zijn terras kwijt en weet nog
niet hoe groot de schade is. "Ik heb dit in twintig jaar niet meegemaakt", vertelt hij.

De treinen tussen Duinhoven en Oosterhaven reden de hele ochtend niet. Rond 13.30 uur kwam het verkeer
weer op gang. Het weerinstituut verwacht dat de wind zondag afneemt tot kracht vijf.
##
Winst van scheepswerf valt tegen

Scheepswerf Noorderkiel heeft over het derde kwartaal een winst geboekt van 12 miljoen euro. Dat is 8
procent minder dan in dezelfde periode een jaar eerder. De omzet kwam uit op 310 miljoen euro.

Topman Dekker wijt de daling aan de hoge staalprijzen en aan de vertraging van twee grote orders. "De
vraag naar schepen is er wel, maar we krijgen de onderdelen niet op tijd", zegt hij. Het bedrijf heeft in
september 45 mensen aangenomen en zoekt nog lassers.

Analisten hadden op een hogere winst gerekend. Het aandeel verloor woensdag op de beurs van Amsterdam 3,2
procent. Noorderkiel houdt vast aan de verwachting dat het hele jaar met winst wordt afgesloten. Het
dividend blijft ongewijzigd.
##
Treinverkeer rond Oosterhaven ontregeld

Het treinverkeer rond Oosterhaven is donderdagochtend urenlang ontregeld geweest door een kapotte
bovenleiding. Zeker 15.000 reizigers hadden last van de storing. De vervoerder zette twintig bussen in,
maar die zaten snel vol.

De storing ontstond rond 06.45 uur bij station Havenplein. Volgens een woordvoerder was een goederentrein
blijven haken aan de draad. "Onze monteurs waren snel ter plaatse, maar de schade was groter dan gedacht",
zei ze.

Reizigersvereniging Spoorbelang vindt dat de informatie op de perrons tekortschoot. Veel mensen wisten
niet welke bus ze moesten nemen. Voorzitter Bakker wil daarover volgende week praten met de directie. Rond
het middaguur reden de treinen weer volgens de dienstregeling.
##
School krijgt groen dak

Basisschool De Wilg in Lindeveen krijgt komende zomer een groen dak. Op het dak van 900 vierkante meter
komen planten, zonnepanelen en een kleine moestuin. De kosten bedragen 185.000 euro, waarvan de provincie
de helft betaalt.

Directeur Smeets is blij met de subsidie. "De kinderen leren straks op het dak hoe een tomaat groeit",
zegt ze. De leerlingen van groep 7 maakten in april zelf een ontwerp en presenteerden dat aan de
wethouder.

Buurtbewoners maakten geen bezwaar tegen het plan. Wel vroegen zij aandacht voor de fietsenstalling, die
nu al te klein is. De aannemer begint op 8 juli met het werk en denkt zeven weken nodig te hebben. Het
nieuwe schooljaar begint zonder steigers.
##
Oosterhaven wint derby in slotfase

Oosterhaven heeft zondag de derby tegen Duinhoven met 2-1 gewonnen. De winnende treffer viel in de 89e
minuut en kwam op naam van invaller Maas. Het duel trok 6.200 toeschouwers en begon door drukte een
kwartier later.

Duinhoven kwam vlak voor rust op voorsprong door een schot van Peeters. Na een uur spelen maakte Jonker
gelijk uit een vrije trap. "We hebben niet goed gespeeld, maar wel gevochten", zei trainer Willems na
afloop.

Door de zege stijgt Oosterhaven naar de vierde plaats op de ranglijst. Duinhoven blijft onderaan staan met
elf punten. De club heeft dit seizoen nog geen uitwedstrijd gewonnen. Zaterdag wacht de thuiswedstrijd
tegen koploper Molenkwartier.
##
Minder inbraken in de regio

Het aantal woninginbraken in de regio Lindeveen is vorig jaar met 17 procent gedaald. De politie telde 412
inbraken, het laagste aantal sinds 2009. Vooral in de wijken aan de rand van de stad werd minder
ingebroken.

Volgens politiechef Hendriks werpt de samenwerking met buurtgroepen vruchten af. "Bewoners bellen ons
eerder en ze hangen betere sloten op", zegt hij. Ook het extra toezicht in december heeft volgens hem
geholpen.

Het aantal gestolen fietsen nam wel toe. In totaal werden 2.300 aangiften gedaan, vooral rond het station.
De gemeente wil daarom voor 1 oktober een bewaakte stalling openen. Winkeliers reageren verheugd, want zij
vragen al drie jaar om maatregelen.
##
Ziekenhuis schrapt honderd bedden

Het Lindeziekenhuis schrapt de komende twee jaar honderd bedden. Volgens de raad van bestuur is de
sluiting nodig omdat er te weinig verpleegkundigen zijn. Er vallen geen gedwongen ontslagen.

Bestuursvoorzitter Van Dalen noemde het besluit pijnlijk. "We kunnen de zorg niet langer op alle
afdelingen garanderen", zei zij op een persconferentie. De spoedeisende hulp blijft dag en nacht open,
maar de kraamafdeling verhuist naar Oosterhaven.

Vakbond Zorgkracht eist dat het personeel wordt betrokken bij de plannen. De bond telt 640 leden in het
ziekenhuis. Op 22 november is er een bijeenkomst voor patiënten en omwonenden. Het ziekenhuis leed vorig
jaar een verlies van 5,6 miljoen euro.
##
Droogte treft aardappeltelers

De aanhoudende droogte bezorgt aardappeltelers in het noorden grote zorgen. In juni viel slechts 11
millimeter regen, terwijl 65 millimeter normaal is. Het waterschap heeft het beregenen uit sloten
verboden.

Teler Hofstra uit Westdam verwacht dat zijn oogst een derde kleiner uitvalt. "Als het deze maand niet
regent, is een deel van de planten verloren", vertelt hij. Hij besproeit nu alleen nog de jongste percelen
en hoopt op een natte augustus.

De prijs van consumptieaardappelen liep deze week op tot 38 euro per honderd kilo. Consumenten merken daar
voorlopig weinig van, zegt marktkenner Brouwer. De provincie overlegt vrijdag met boeren en
natuurbeheerders. Het verbod geldt niet voor de fruitteelt.
##
Museum opent vleugel met scheepsmodellen

Het Havenmuseum in Oosterhaven opent zaterdag een nieuwe vleugel. Daarin zijn 260 scheepsmodellen te zien,
van vissersboot tot mammoettanker. De verbouwing duurde achttien maanden en kostte 3,1 miljoen euro.

Conservator Prins verzamelde de modellen in heel Europa. "Het kleinste schip past op je duim", zegt hij
lachend. Een deel van de collectie komt uit de nalatenschap van reder Koster, die in 1987 overleed.

Bezoekers kunnen in een simulator zelf een sleepboot besturen. Het museum rekent op 90.000 bezoekers per
jaar. Kinderen tot en met twaalf jaar betalen geen toegang. Voor de openingsdag zijn geen kaarten meer
beschikbaar.
##
Bouw van windpark vertraagd

De bouw van windpark Zeewering loopt zeker een jaar vertraging op. Dat staat in een brief van de provincie
aan de Staten. De 24 turbines zouden eigenlijk in 2026 stroom gaan leveren aan 120.000 huishoudens.

Oorzaak is een uitspraak van de rechter over de stikstofvergunning. Gedeputeerde Van Leeuwen spreekt van
een tegenvaller, maar hij wil het park niet schrappen. "We gaan de vergunning zo snel mogelijk repareren",
schrijft hij.

Omwonenden van actiegroep Stille Dijk zijn blij met het uitstel. Zij vrezen geluidsoverlast en
slagschaduw. De bouwer houdt rekening met een schade van 15 miljoen euro en onderzoekt of de provincie die
moet betalen. Op 9 februari praten de partijen verder.
##
Huizenprijzen stijgen minder snel

De huizenprijzen in de provincie zijn in het tweede kwartaal met 1,8 procent gestegen. Een gemiddelde
woning kostte 389.000 euro. Een kwartaal eerder was de stijging nog 3,4 procent.

Makelaar Timmer merkt dat kopers voorzichtiger worden. "Mensen bieden niet meer blind boven de
vraagprijs", zegt hij. Volgens hem staan woningen gemiddeld 29 dagen te koop, een week langer dan vorig
jaar.

Vooral appartementen in Oosterhaven zijn in trek bij starters. In de dorpen rond Westdam daalde het aantal
verkopen juist. De vereniging van makelaars verwacht dat de prijzen in oktober stabiel blijven. Gemeenten
willen samen 5.000 woningen bouwen en hebben het rijk om steun gevraagd.
##
Bibliotheek gaat 's avonds langer open

De bibliotheek van Lindeveen is vanaf januari op vier avonden per week tot 22.00 uur open. Nu sluit het
gebouw om 18.00 uur. De gemeente stelt daarvoor jaarlijks 75.000 euro beschikbaar.

Uit een enquête onder 1.100 leden bleek dat vooral studenten een rustige plek zoeken. "Thuis kan ik niet
studeren en de universiteit zit vol", zegt student Yilmaz. Directeur Postma wil ook taalcursussen en
schrijfavonden aanbieden.

Er komen vooral vrijwilligers achter de balie te staan. De vakbond is daar niet gelukkig mee. In het
contract staat dat er altijd twee betaalde krachten aanwezig zijn. De proef duurt twee jaar en wordt
daarna geëvalueerd.
##
Brand verwoest loods in havengebied

Een grote brand heeft woensdagnacht een loods in het havengebied van Oosterhaven verwoest. In het pand
lagen oude banden en pallets opgeslagen. De brandweer had het vuur na zes uur onder controle.

Bij de brand vielen geen gewonden. Vanwege de rook moesten 350 inwoners ramen en deuren gesloten houden.
"Het stonk tot in onze slaapkamer, maar we zijn niet weggegaan", zegt bewoner Martens.

De politie onderzoekt of de brand is aangestoken en heeft beelden van camera's opgevraagd. Eigenaar
Verbeek schat de schade op 900.000 euro. De loods was in 2016 nog gerenoveerd. Burgemeester Schouten
bezocht donderdag de plek en dankte de hulpdiensten.
""")

ENGLISH = _articles("""
Bridge repairs to take until summer

The bridge over the Wend at Marlow Cross will stay closed until 12 June, the county council said on
Monday. Engineers found cracks in 17 of the 64 supports and advised that no traffic should be allowed
across. The repairs are expected to cost £1.8 million.

Councillor Harper said the public had never been in danger. "We closed the bridge early and we will not
take any risks," she told reporters. About 7,400 drivers use the crossing on an ordinary day.

They now face a detour through Eastbrook, which adds twenty minutes in the rush hour. Shop owners in the
centre fear that customers will stay away and have asked for help with their rents. A temporary footbridge
opens on Thursday. Cyclists will have to dismount.
##
Council passes budget after long debate

Eastbrook Council passed its budget late on Tuesday after a debate of five hours. Of the 42 members, 26
voted in favour. Council tax will rise by 3.9 percent, while parking in the evening becomes free.

Opposition leader Marsh called the plan a missed chance. "This budget does nothing for families on low
incomes," he said. Finance chief Doyle replied that an extra $500,000 would go to food banks and youth
clubs.

A new library in the Northgate district will get $6 million over the next three years. Work is due to
start on March 3, 2025. No decision was taken on the future of the swimming pool. The council will return
to that question in the autumn.
##
Storm leaves thousands without power

A powerful storm left 23,000 homes without power along the coast on Saturday. Gusts of 71 miles per hour
were recorded at Pennick Point. Firefighters were called out 160 times to deal with fallen trees and loose
roofs.

Three people suffered minor injuries when a bus shelter collapsed in Wrexton. The sea wall at Sandley was
damaged over a length of 200 metres. Cafe owner Bolton lost his terrace and does not yet know what the
damage will cost. "I have not seen anything like this in thirty years," he said.

Trains between Sandley and Wrexton did not run until 1:30 pm. Crews from the Midland network were sent to
help with repairs. Forecasters expect the wind to ease on Sunday. Schools in the area will open as usual.
##
Shipyard profit falls short of forecasts

The shipbuilder Northkeel reported a profit of $14 million for the third quarter. That was 9 percent less
than in the same period a year earlier. Revenue came to $296 million, slightly above last year.

Chief executive Dalton blamed the price of steel and delays to two large orders. "Demand is there, but the
parts do not arrive on time," he said. The company hired 55 people in September and is still looking for
welders.

Analysts had expected a higher profit. The shares lost 4.1 percent in early trading in London. Northkeel
still expects to end the year with a profit and has left its dividend unchanged. The next figures are due
on 14 February.
##
Signal fault halts trains for hours

A broken signal halted trains around Eastbrook for most of Thursday morning. At least 12,000 passengers
were affected, the operator said. It sent eighteen buses, but these filled up quickly.

The fault began at 6:50 am near Harbour Square station. A spokeswoman said that a freight train had
damaged a cable and that repairs took longer than planned. "Our engineers were on the spot within
minutes," she added.

The passenger group Railwatch said information on the platforms was poor. Many travellers did not know
which bus to take. Its chairman, Fenton, wants to meet the operator next week. Services returned to normal
at noon.
##
School garden wins national prize

A school in Wrexton has won a national prize for its roof garden. Pupils at Willow Lane grow tomatoes,
beans and herbs on a roof of 800 square metres. The prize is worth £25,000 and will pay for a greenhouse.

Head teacher Osborne said the children had done most of the work. "They come in early to water the plants,
and nobody has to ask them," she said. The garden was opened in April 2019 by the mayor.

Neighbours did not object to the plans at the time. Some now complain about the noise of the water pump.
The school hopes to finish the greenhouse by 1 September. It will then sell its herbs at the Friday
market.
##
Late goal settles local derby

Wrexton beat Sandley 2-1 on Sunday with a goal in the last minute. Substitute Mason scored after a corner
and ran to the home fans to celebrate. The match drew a crowd of 5,900 and started ten minutes late.

Sandley had gone ahead just before the break through Porter. Keller levelled from a free kick after an
hour. "We did not play well, but we fought for each other," said coach Warner.

The win takes Wrexton to fourth place in the table. Sandley remain at the bottom with eleven points. They
have not won away from home this season. On Saturday they play the leaders, Northgate.
##
Burglaries at lowest level in a decade

The number of burglaries in the Wend valley fell by 15 percent last year. Police counted 386 cases, the
lowest figure since 2011. The fall was largest in the suburbs of Eastbrook.

Chief constable Reeves said that neighbourhood groups had made the difference. "People call us sooner and
they fit better locks," he said. Extra patrols in December also helped, according to the force.

Thefts of bicycles went up, however. Some 2,100 were reported stolen, most of them near the station. The
council plans to open a guarded bicycle park before 1 October. Shopkeepers welcomed the plan and said they
had asked for it for three years.
##
Hospital to close eighty beds

The Valley Hospital will close eighty beds over the next two years. Its board said the closure was needed
because of a shortage of nurses. No staff will be dismissed.

Chair Whitfield called the decision painful. "We can no longer guarantee safe care on every ward," she
told a press conference. The emergency department will stay open day and night, but the maternity unit
will move to Eastbrook.

The union Carework demanded that staff be consulted. It has 720 members at the hospital. A public meeting
will be held on 22 November. The hospital made a loss of £4.7 million last year.
##
Drought worries potato growers

A long drought is causing concern among potato growers in the north. Only 9 millimetres of rain fell in
June, against a normal 62 millimetres. The water board has banned the use of ditches for watering.

Farmer Hodge of Marlow Cross expects his crop to be a third smaller. "If it does not rain this month, part
of the field is lost," he said. He now waters only his youngest plants and hopes for a wet August.

The price of potatoes rose this week to $41 per hundred kilos. Shoppers will not notice much for now, said
market watcher Brewer. Officials will meet farmers on Friday. The ban does not apply to fruit.
##
Museum opens wing of model ships

The Harbour Museum in Eastbrook opens a new wing on Saturday. It shows 240 model ships, from fishing boats
to giant tankers. The building work took eighteen months and cost £2.9 million.

Curator Prince collected the models all over Europe. "The smallest ship fits on your thumb," he said with
a smile. Part of the collection was left by the shipowner Coster, who died in 1988.

Visitors can steer a tugboat in a simulator. The museum expects 80,000 visitors a year. Children under
thirteen do not pay. There are no tickets left for the opening day.
##
Wind farm delayed by court ruling

Work on the Seawall wind farm will be delayed by at least a year, the regional government said on
Wednesday. Its 28 turbines were due to supply power to 130,000 homes from 2026. The cause is a ruling on
the environmental permit.

Energy commissioner Langley spoke of a setback, but he did not want to drop the project. "We will repair
the permit as soon as we can," he wrote to members. The builder expects losses of $18 million.

The campaign group Quiet Shore was pleased with the delay. Its members fear noise and flickering shadows.
The two sides will meet again on 9 February. A final decision is not expected before the spring.
##
House prices rise more slowly

House prices in the county rose by 1.6 percent in the second quarter. An average home cost £312,000. In
the first quarter the rise was still 3.1 percent.

Estate agent Turner sees that buyers have become careful. "People no longer bid above the asking price
without a survey," he said. Homes are now on the market for 33 days on average, a week longer than last
year.

Flats in Eastbrook are popular with young buyers. In the villages around Marlow Cross the number of sales
fell. Agents expect prices to be stable in October. Councils want to build 4,000 homes together and have
asked the government for support.
##
Library to stay open in the evening

The library in Wrexton will stay open until 10 pm on four evenings a week from January. It now closes at 6
pm. The council has set aside £70,000 a year for the plan.

A survey of 1,300 members showed that students want a quiet place to work. "I cannot study at home and the
university is full," said student Ahmed. Director Palmer also wants to offer language courses and writing
groups.

Volunteers will do much of the work at the desk. The union is not happy about that. The contract says that
two paid members of staff must always be present. The trial lasts two years and will then be reviewed.
##
Fire destroys warehouse at the docks

A large fire destroyed a warehouse at the Eastbrook docks on Wednesday night. Old tyres and wooden pallets
were stored in the building. It took firefighters seven hours to bring the blaze under control.

Nobody was hurt. Because of the smoke, 400 residents were told to keep doors and windows shut. "You could
smell it in our bedroom, but we did not leave," said neighbour Martin.

Police are looking into the cause and have asked for pictures from security cameras. The owner, Verity,
put the damage at $1.1 million. The warehouse had been renovated in 2017. Mayor Sutton visited the site on
Thursday and thanked the emergency services.
""")

ARTICLES = {"nl": DUTCH, "en": ENGLISH}
