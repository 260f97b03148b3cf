"""Sentences of other languages end where a reader of them sees it: abbreviations, ordinals and initials end none."""

import pytest

from assistant.english.sentences import split_sentences

# "|" marks where a sentence has to end; it is taken out before the text is split.
SENTENCES = {
    "german": (
        "Die Stiftung fördert Schulen, z. B. in Leer, Emden usw. in ganz Ostfriesland. |Frau Dr. Meike Harms "
        "leitet sie seit dem 29. Juli 2019. |Das Büro liegt in der Torfstr. 7 im 3. Stock. |Geöffnet ist Mo. bis "
        "Fr. von 9 bis 17 Uhr. |Am 1. Mai 1887 brannte die Kirche ab, vgl. Abb. 3. |Der Verein zahlte ca. "
        "1.250,50 Euro bzw. 40 % der Kosten. |Prof. Dr. Kern wohnt in St. Gallen. |Es gilt § 5 Abs. 2 Nr. 4 des "
        "Gesetzes. |Er kam d. h. er blieb nicht, u. a. wegen des Regens. |König Ludwig II. baute Schlösser. |Das "
        "war im 19. Jahrhundert. |Die 2. Mannschaft gewann am 3. Spieltag. |Siehe S. 14 ff. im Anhang. |Die "
        "Firma Groß & Co. KG zog um. |Das dauert i. d. R. zwei Wochen. |Sie starb 44 v. Chr. in Rom."
    ),
    "german office": (
        "Die Gemeinde Moorhausen hat 1.204 Einwohner. |Bürgermeisterin ist Frau Dr. Elke Tamm (geb. 1964). |Das "
        "Rathaus, Lindenstr. 12, 26532 Großheide, ist dienstags geöffnet. |Am 3. Oktober bleibt es geschlossen. "
        "|Der 1. Vorsitzende heißt Harm Poppinga. |Er wurde am 14. gewählt. |Seitdem tagt der Rat monatlich. "
        "|Die Gebühr beträgt z. Zt. 12,50 Euro inkl. MwSt. |Auskunft gibt Hr. Wübbena unter Tel. 04936 555. |Das "
        "Hallenbad hat 25 m. |Es wurde 1978 gebaut. |Vgl. dazu § 4 Abs. 1 Satz 2. |In der 7. Klasse lernen 24 "
        "Kinder. |„Kommt ihr?“, fragte sie. |„Ja!“ |Die GmbH & Co. KG zahlt nicht. |Am 31. Dez. endet der "
        "Vertrag."
    ),
    "german numbers": (
        "Die Sitzung begann am 12. |Danach ging man essen. |Sie wohnt in Nr. 12. |Das Haus steht seit 1900. |Er "
        "wurde 3. |Sie siegte. |Der Vertrag endet am 31. Dezember. |Im April. |Am 8. August. |Bis zum 30. "
        "September war es warm."
    ),
    "french": (
        "M. Lucas Ferrand et Mme Odile Prat ont signé le contrat. |Le Dr. Blanc habite au 14, av. Foch. |Le "
        "magasin ouvre à 9 h. |Voir p. 12 et fig. 3. |Il coûte env. 25 000 euros, c.-à-d. trop cher. |Les "
        "fruits, p. ex. les pommes, sont frais. |Mgr. Vidal est né à St. Malo. |J.-P. Morel dirige l'équipe. "
        "|L'art. 5 s'applique. |« Venez ! » dit-il. |Le train part à 8 h. 30. |Mlle. Roux arrive le 1er mai. "
        "|Etc. |Puis il part."
    ),
    "french office": (
        "La mairie de Valcombe se trouve au 3, pl. de l'Église. |Elle est ouverte de 8 h à 12 h. |Mme Vidal, "
        "adjointe, reçoit sur rendez-vous. |L'eau coûte 2,10 € par m³, TTC. |Cf. art. 12 du règlement. |Le prix "
        "(env. 40 €) comprend le repas, etc. |M. et Mme Roux habitent bd. Carnot. |Le 14 juill. 2021, la foudre "
        "est tombée. |S. Martin est né en 1950. |Pourquoi ? |Personne ne sait ! |Le Dr Pons est parti."
    ),
    "spanish": (
        "El Sr. Ramón Ibarra y la Sra. Luz Peña firmaron el acuerdo. |La Dra. Vega atiende en la Avda. Mayor "
        "núm. 12. |Cuesta aprox. 300 euros. |Véase la pág. 7 y el art. 4. |Los EE. UU. firmaron también. |D. "
        "Luis y Dña. Ana viven en Sta. Cruz. |Llegó a las 5 p. m. del lunes. |Nació en el s. XIX. |Uds. deben "
        "pagar antes del 3 de mayo. |¿Quién llamó? |¡Nadie! |Trabaja en Soler y Cía. desde 1998. |Tel. 555 12 34."
    ),
    "spanish office": (
        "El ayuntamiento abre de 9 a. m. a 2 p. m. todos los días. |La Sra. Alcaldesa, Dña. Pilar Otero, atiende "
        "los lunes. |Vive en la c/ Mayor, núm. 4, 2.º izq. |El agua cuesta 1,20 € por m³ aprox. |Según el art. "
        "14, la multa es de 60 €. |Los Drs. Sanz y Gil firmaron. |Nació el 4 de mayo de 1950. |Murió en EE. UU. "
        "en 2001. |Véanse págs. 3 y 4. |¿Dónde está? |Aquí."
    ),
    "portuguese": (
        "O Sr. João Prado e a Sra. Lia Teles assinaram o contrato. |A Dra. Nunes trabalha na Av. Central, n.º 8. "
        "|Custa aprox. 20 euros. |Ver pág. 3 e art. 9. |O Eng. Castro mora na R. das Flores. |A Profa. Rita "
        "chegou às 9h. |D. Pedro II. governou. |O exmo. Sr. Prado falou. |O prazo acaba em 30 de maio. |Moro na "
        "Pça. da Sé."
    ),
    "portuguese office": (
        "A câmara abre das 9h às 17h. |A Dra. Sofia Reis, vereadora, atende às segundas. |Mora na R. do Sol, n.º "
        "4, 2.º esq. |A água custa aprox. 1,20 euros. |Segundo o art. 14.º, a multa é de 60 euros. |O Prof. Melo "
        "nasceu em 1950. |Porquê? |Ninguém sabe! |Comprou pão, queijo, etc. |Depois saiu."
    ),
    "italian": (
        "Il sig. Paolo Righi e la sig.ra Elsa Corti hanno firmato. |L'avv. Marini vive in via Roma n. 5. |Il "
        "dott. Bassi arriva alle 9. |Costa ca. 40 euro, ecc. |Vedi pag. 12 e fig. 2. |La dott.ssa Lodi parla. "
        "|Il prof. Neri insegna. |L'ing. Fabbri dirige i lavori. |Nacque nel 300 a.C. a Roma. |S. Antonio è "
        "lontano. |La spett. ditta Rossi risponde."
    ),
    "italian office": (
        "Il comune apre alle 9. |La sig.na Bruni riceve il lunedì. |Il dott. Galli, nato nel 1950, vive in v.le "
        "Europa 3. |L'acqua costa 1,20 euro ca. al m³. |Secondo l'art. 14 la multa è di 60 euro. |S. Maria è la "
        "chiesa più antica. |Il geom. Riva firmò. |Perché? |Nessuno lo sa! |Il prezzo comprende pane, vino, ecc. "
        "|Il resto è a parte."
    ),
    "dutch": (
        "Dhr. Jan de Wit en mevr. Els Bakker tekenden het contract. |Dr. Smit woont in de Kerkstr. 12. |Het kost "
        "ca. 30 euro, d.w.z. te veel. |Fruit, bijv. appels, is vers. |Zie blz. 4 en art. 7. |Ir. Vos leidt het "
        "team o.a. in Utrecht. |Mr. dr. Pool spreekt. |De winkel opent om 9.30 uur. |Dat was in de 17e eeuw. "
        "|Jl. maandag viel sneeuw. |Prof. dr. ing. Mulder gaf les, enz. |Toen ging hij."
    ),
    "dutch office": (
        "Het gemeentehuis is open van 9 tot 17 uur. |Mevr. De Boer ontvangt op maandag. |Zij woont in de "
        "Dorpsstr. 8 te Leek. |De huur bedraagt ca. 400 euro p.m. en wordt op 1 mei betaald. |Volgens art. 14 "
        "lid 2 is de boete 60 euro. |De heer J. van Dam tekende. |Dat was op 3 jan. 2019. |Waarom? |Niemand weet "
        "het! |Hij kocht brood, kaas, enz. |Daarna ging hij."
    ),
    "polish": (
        "P. Anna Wrona i dr Jan Kos podpisali umowę. |Biuro mieści się przy ul. Lipowej 5 w Gdyni. |Kosztuje ok. "
        "300 zł. |Zob. str. 7 i rys. 2. |Prof. Maria Sroka mówiła m.in. o morzu. |Było to w 1998 r. w Gdańsku. "
        "|Owoce, np. jabłka, są świeże. |Ks. Adam mieszka przy pl. Zgody, tj. w centrum. |Spotkanie jest o godz. "
        "9. |Umowa trwa do 2025 r. |Potem wygasa. |Inż. Kot kieruje pracami itd. |Koniec."
    ),
    "polish office": (
        "Urząd jest czynny od godz. 8 do 16. |Burmistrz, dr hab. Ewa Lis, przyjmuje w poniedziałki. |Mieszka "
        "przy al. Róż 4 m. 2. |Woda kosztuje ok. 5 zł za m³. |Zgodnie z art. 14 ust. 2 kara wynosi 60 zł. |Umowę "
        "podpisano 3 maja 2019 r. w Łodzi. |Dlaczego? |Nikt nie wie! |Kupił chleb, ser itp. |Potem wyszedł."
    ),
    "russian": (
        "Г-н А. П. Орлов живёт на ул. Садовой, д. 5. |Это было в 1998 г. в Твери. |Завод стоит 3 млн. рублей. "
        "|См. рис. 2 и стр. 14. |Фрукты, т. е. яблоки и груши и т. д., свежие. |Проф. Ильин приехал в г. Омск. "
        "|Им. Пушкина назван парк. |Он родился в 1950 г. |Потом он уехал. |Цена 20 тыс. руб. за штуку. |Акад. "
        "Петров выступил в XIX в. до н. э. или позже. |В т. ч. и дети."
    ),
    "russian office": (
        "Управа работает с 9 до 17 ч. в будни. |Её глава, проф. М. И. Белова, принимает по понедельникам. |Она "
        "живёт на ул. Лесной, д. 4, кв. 2. |Вода стоит ок. 50 руб. за куб. |Согласно ст. 14 штраф равен 60 руб. "
        "|Договор подписан 3 мая 2019 г. в Твери. |Почему? |Никто не знает! |Он купил хлеб, сыр и т. п. |Потом "
        "он ушёл. |Завод основан в 1912 г. |Директором был И. Ф. Котов."
    ),
    "chinese": (
        "会议于五月三日开始。|他说：“今天下雨。”|谁来了？|没有人！|公司（成立于1998年。总部在上海）搬家了。|价格是3.5元。|“好吗？”她问。|完了……|结束。"
    ),
    "chinese office": (
        "市政厅九点开门。|王女士（副市长）周一接待。|“您住在哪里？”记者问。|她住在林街4号。|水价约为3.5元。|没有人知道！|原因不明……|他走了。"
    ),
    "japanese": (
        "会議は五月三日に始まった。|田中さんは「今日は雨です。」と言った。|誰が来ましたか？|誰も来ません！|価格は3.5円です。|(株)山田は移転した。|終わり。"
    ),
    "japanese office": (
        "役場は九時に開きます。|山田さん（副町長。五十歳。）は月曜日に会います。|「どこに住んでいますか。」と聞いた。|水道代は3.5円です。|誰も知りません！|終わり。"
    ),
    "hindi": (
        "बैठक तीन मई को शुरू हुई। |डॉ. शर्मा अध्यक्ष थे। |कौन आया? |कोई नहीं! |श्री. वर्मा ने 3.5 लाख रुपये दिए। "
        "|यह समाप्त हुआ॥ |धन्यवाद।"
    ),
    "hindi office": (
        "कार्यालय नौ बजे खुलता है। |डॉ. मीरा वर्मा सोमवार को मिलती हैं। |पानी 3.5 रुपये का है। |क्यों? |कोई नहीं जानता! |समाप्त।"
    ),
    "arabic": (
        "بدأ الاجتماع في الثالث من مايو. |كان د. سالم رئيساً. |من حضر؟ |لا أحد! |السعر 3.5 دينار. |قال: «انتهى "
        "الأمر.» |ثم خرج."
    ),
    "arabic office": (
        "يفتح المكتب في التاسعة. |تستقبل أ. سلمى يوم الاثنين. |سعر الماء 3.5 دينار. |لماذا؟ |لا أحد يعلم! |انتهى."
    ),
}


@pytest.mark.parametrize("marked", SENTENCES.values(), ids=SENTENCES)
def test_split_sentences_in_other_languages(marked: str) -> None:
    parts = marked.split("|")
    text = "".join(parts)
    assert [text[start:end] for start, end in split_sentences(text)] == [part.strip() for part in parts]


def test_split_sentences_takes_english_words_for_words() -> None:
    text = "They looked at the art. In the end nobody fell ill. The max. Then they left."
    assert len(split_sentences(text)) == 4
