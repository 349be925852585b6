import type { Schemas } from '@/lib/api/client'

type Words = Record<'expected' | 'fix', string>

/** Fehler in Daten: was dort stehen sollte, und was zu tun ist. */
export default {
  'empty-file': {
    expected: 'mindestens eine Zeile',
    fix: 'Schreiben Sie die Zeilen in die Datei, oder nehmen Sie eine andere.',
  },
  directory: {
    expected: 'eine Datei, oder ein Ordner von save_to_disk',
    fix: 'Nennen Sie eine Datei in diesem Ordner.',
  },
  'compressed-file': {
    expected: 'die entpackte Datei',
    fix: 'Entpacken Sie sie zuerst, zum Beispiel mit `gunzip DATEI`.',
  },
  'binary-file': {
    expected: 'JSONL, JSON, CSV, TSV, Parquet, Arrow oder TXT',
    fix: 'Exportieren Sie die Daten als JSON Lines, in UTF-8.',
  },
  'utf-16': {
    expected: 'Text in UTF-8',
    fix: 'Wandeln Sie sie um: `iconv -f UTF-16 -t UTF-8 DATEI > NEU`.',
  },
  'wrong-extension': {
    expected: 'ein Inhalt, der zur Endung passt',
    fix: 'Benennen Sie die Datei so um, dass Endung und Inhalt zusammenpassen.',
  },
  'unknown-format': {
    expected: 'ein Name, der auf .jsonl, .json, .csv, .tsv, .parquet, .arrow oder .txt endet',
    fix: 'Geben Sie der Datei die richtige Endung.',
  },
  'json-not-an-array': {
    expected: 'eine Liste von Zeilen: [{…}, {…}]',
    fix: 'Schreiben Sie nur die Liste der Zeilen, oder ein Objekt je Zeile als .jsonl.',
  },
  'json-scalar-at-top': {
    expected: 'eine Liste von Zeilen: [{…}, {…}]',
    fix: 'Schreiben Sie eine Liste von Objekten.',
  },
  'cut-array': {
    expected: '`]` hinter der letzten Zeile',
    fix: 'Die Datei wurde abgeschnitten: Exportieren oder kopieren Sie sie noch einmal.',
  },
  'damaged-file': {
    expected: 'eine vollständige Datei',
    fix: 'Exportieren oder kopieren Sie sie noch einmal, und vergleichen Sie die Größe mit dem Original.',
  },
  'wrong-delimiter': {
    expected: 'Kommas in .csv, Tabulatoren in .tsv',
    fix: 'Exportieren Sie sie noch einmal mit dem richtigen Trennzeichen.',
  },
  'duplicate-column': {
    expected: 'für jede Spalte ein eigener Name',
    fix: 'Benennen Sie eine davon um.',
  },
  'unnamed-column': {
    expected: 'ein Name für jede Spalte in der ersten Zeile',
    fix: 'Benennen Sie die Spalte, oder entfernen Sie sie.',
  },
  'no-rows': { expected: 'mindestens zwei Zeilen', fix: 'Ergänzen Sie Zeilen.' },
  'too-few-rows': {
    expected: 'mindestens zwei Zeilen',
    fix: 'Ergänzen Sie Zeilen, oder setzen Sie data.validation_split: 0.',
  },
  'broken-json': {
    expected: 'gültiges JSON',
    fix: 'Berichtigen Sie die Zeile, oder schreiben Sie sie mit einer JSON-Bibliothek.',
  },
  'cut-line': {
    expected: 'eine vollständige Zeile',
    fix: 'Die Datei wurde abgeschnitten: Exportieren oder kopieren Sie sie noch einmal, oder entfernen Sie die letzte Zeile.',
  },
  'several-rows-in-a-line': {
    expected: 'ein Objekt je Zeile',
    fix: 'Setzen Sie zwischen die Objekte einen Zeilenumbruch.',
  },
  'row-not-an-object': {
    expected: 'ein Objekt mit benannten Spalten: {"…": …}',
    fix: 'Geben Sie jedem Wert einen Namen.',
  },
  'row-too-long': {
    expected: 'höchstens 8 MiB je Zeile',
    fix: 'Teilen Sie die Zeile, oder kürzen Sie sie.',
  },
  'invalid-utf-8': {
    expected: 'Text in UTF-8',
    fix: 'Wandeln Sie die Datei um: `iconv -f WINDOWS-1252 -t UTF-8 DATEI > NEU`.',
  },
  'nul-character': { expected: 'Text ohne NUL-Zeichen', fix: 'Entfernen Sie das Zeichen.' },
  'lone-surrogate': {
    expected: 'ganze Zeichen',
    fix: 'Exportieren Sie noch einmal in UTF-8, oder entfernen Sie das halbe Zeichen.',
  },
  'misplaced-byte-order-mark': {
    expected: 'keine Byte-Reihenfolge-Marke',
    fix: 'Hier wurden Dateien aneinandergehängt: Entfernen Sie an dieser Stelle die drei Bytes EF BB BF.',
  },
  'deep-nesting': { expected: 'höchstens 100 Ebenen', fix: 'Verschachteln Sie die Zeile weniger tief.' },
  'huge-number': {
    expected: 'eine Zahl von höchstens 64 Bit',
    fix: 'Schreiben Sie sie als Text, in Anführungszeichen.',
  },
  'not-a-number': {
    expected: 'eine Zahl, oder null',
    fix: 'Schreiben Sie null, oder lassen Sie den Schlüssel weg.',
  },
  'duplicate-key': {
    expected: 'jeder Schlüssel nur einmal',
    fix: 'Entfernen Sie einen davon, oder benennen Sie ihn um.',
  },
  'ragged-row': {
    expected: 'so viele Zellen wie im Kopf',
    fix: 'Setzen Sie Zellen, die das Trennzeichen oder einen Zeilenumbruch enthalten, in doppelte Anführungszeichen.',
  },
  'unbalanced-quotes': {
    expected: 'eine Zelle in doppelten Anführungszeichen, und solche im Inneren verdoppelt: "sagt ""hallo"""',
    fix: 'Schließen Sie das Anführungszeichen, oder verdoppeln Sie die im Inneren.',
  },
  'unknown-columns': {
    expected: 'die Spalten einer Form, aus der die Aufgabe lernen kann',
    fix: 'Sagen Sie mit data.columns, welche Spalte was ist, oder benennen Sie sie in der Datei um.',
  },
  'uncertain-shape': {
    expected: 'eine Form, die Sie wählen',
    fix: 'Setzen Sie data.shape und data.columns im Rezept.',
  },
  'shape-not-accepted': {
    expected: 'eine Form, aus der die Aufgabe lernen kann',
    fix: 'Wählen Sie eine andere Aufgabe oder Strategie, oder einen anderen Datensatz.',
  },
  'wrong-column-mapping': { expected: 'eine Spalte der Datei', fix: 'Berichtigen Sie data.columns.' },
  'mixed-shapes': {
    expected: 'dieselbe Form in allen Zeilen',
    fix: 'Teilen Sie die Datei nach Formen, oder bringen Sie alle Zeilen in eine Form.',
  },
  'missing-field': {
    expected: 'die Spalte in jeder Zeile',
    fix: 'Ergänzen Sie die Spalte in dieser Zeile, oder entfernen Sie die Zeile.',
  },
  'null-value': { expected: 'Text', fix: 'Tragen Sie den Wert ein, oder entfernen Sie die Zeile.' },
  'empty-value': { expected: 'Text', fix: 'Tragen Sie den Text ein, oder entfernen Sie die Zeile.' },
  'wrong-type': { expected: 'Text', fix: 'Setzen Sie den Wert in Anführungszeichen.' },
  'answer-not-in-context': {
    expected: 'bei answer_start die Worte der Antwort',
    fix: 'Berichtigen Sie answer_start (es zählt Zeichen ab 0) oder den Text.',
  },
  'malformed-answers': {
    expected: '{"text": ["…"], "answer_start": [0]}',
    fix: 'Geben Sie `text` und `answer_start` als gleich lange Listen an.',
  },
  'malformed-history': {
    expected: '[["Frage", "Antwort"], …]',
    fix: 'Schreiben Sie jeden früheren Austausch als Paar von Texten.',
  },
  'label-not-a-class': {
    expected: 'ein Text, eine ganze Zahl, oder true oder false',
    fix: 'Schreiben Sie eine Klasse je Zeile; mehrere je Zeile lassen sich nicht lernen.',
  },
  'too-many-classes': {
    expected: 'Klassen, die viele Zeilen gemeinsam haben',
    fix: 'Nennen Sie mit data.columns die richtige Spalte, oder fassen Sie Werte zusammen.',
  },
  'label-not-boolean': {
    expected: 'true oder false',
    fix: 'Schreiben Sie true für eine gute Antwort, false für eine schlechte.',
  },
  'chosen-equals-rejected': {
    expected: 'zwei verschiedene Antworten',
    fix: 'Entfernen Sie die Zeile.',
  },
  'empty-conversation': {
    expected: 'mindestens ein Beitrag des Nutzers und einer des Assistenten',
    fix: 'Ergänzen Sie die Beiträge, oder entfernen Sie die Zeile.',
  },
  'malformed-message': {
    expected: '{"role": "…", "content": "…"}',
    fix: 'Schreiben Sie jeden Beitrag als Objekt.',
  },
  'wrong-role': { expected: 'system, user, assistant oder tool', fix: 'Berichtigen Sie die Rolle.' },
  'two-system-turns': {
    expected: 'ein Systembeitrag, als erster',
    fix: 'Fassen Sie die Systembeiträge zusammen.',
  },
  'late-system-turn': {
    expected: 'der Systembeitrag als erster',
    fix: 'Stellen Sie ihn an den Anfang.',
  },
  'ends-without-answer': {
    expected: 'ein Beitrag des Assistenten am Ende',
    fix: 'Ergänzen Sie die Antwort, oder entfernen Sie, was hinter der letzten steht.',
  },
  'no-question': {
    expected: 'ein Beitrag des Nutzers vor der Antwort',
    fix: 'Ergänzen Sie den Beitrag des Nutzers.',
  },
  'content-not-text': {
    expected: 'Text, oder eine Liste von Textteilen',
    fix: 'Behalten Sie nur die Textteile.',
  },
  'malformed-tool-call': {
    expected: '{"type": "function", "function": {"name": "…", "arguments": {…}}}',
    fix: 'Berichtigen Sie den Aufruf.',
  },
  'tool-result-without-call': {
    expected: 'ein Werkzeugbeitrag hinter einem Beitrag des Assistenten mit tool_calls',
    fix: 'Ergänzen Sie davor den Aufruf, oder entfernen Sie den Beitrag.',
  },
  'malformed-tools': {
    expected: '[{"type": "function", "function": {"name": "…", "parameters": {…}}}]',
    fix: 'Berichtigen Sie die Liste, oder lassen Sie sie weg.',
  },
  'byte-order-mark': {
    expected: 'reines UTF-8',
    fix: 'Nichts zu tun; wer als UTF-8 ohne BOM speichert, wird den Hinweis los.',
  },
  'other-json-form': {
    expected: 'eine Liste in .json, ein Objekt je Zeile in .jsonl',
    fix: 'Nichts zu tun; wer die Datei umbenennt, wird den Hinweis los.',
  },
  'other-delimiter': {
    expected: 'Kommas in .csv, Tabulatoren in .tsv',
    fix: 'Nichts zu tun; wer die Datei umbenennt, wird den Hinweis los.',
  },
  'blank-line': { expected: 'Daten in jeder Zeile', fix: 'Nichts zu tun.' },
  'extra-column': {
    expected: 'die Spalten der Form',
    fix: 'Nichts zu tun; data.shape oder data.columns bestimmen, was verwendet wird.',
  },
  'replacement-character': {
    expected: 'das Zeichen, das verloren ging',
    fix: 'Exportieren Sie die Daten noch einmal aus der Quelle, in UTF-8.',
  },
  'roles-do-not-alternate': {
    expected: 'Nutzer und Assistent im Wechsel',
    fix: 'Fassen Sie die beiden Beiträge zusammen.',
  },
  'empty-system-turn': { expected: 'ein Systemtext, oder keiner', fix: 'Nichts zu tun.' },
  'answer-not-quoted': {
    expected: 'eine Antwort aus dem Kontext',
    fix: 'Prüfen Sie die Zeile, oder geben Sie Antworten mit answer_start an.',
  },
  'no-answers': {
    expected: 'eine Antwort, oder eine leere Liste, wo der Text keine hat',
    fix: 'Nichts zu tun, wenn der Text sie nicht enthält.',
  },
  'one-class': { expected: 'mindestens zwei Klassen', fix: 'Ergänzen Sie Zeilen anderer Klassen.' },
  'class-with-one-row': {
    expected: 'mindestens zwei Zeilen jeder Klasse',
    fix: 'Ergänzen Sie Zeilen dieser Klassen, oder fassen Sie Klassen zusammen.',
  },
  'single-row': { expected: 'mindestens zwei Zeilen', fix: 'Ergänzen Sie Zeilen.' },
  'duplicate-rows': {
    expected: 'verschiedene Zeilen',
    fix: 'Setzen Sie data.drop_duplicates: true; die Teilung hält Doppelte auf jeden Fall auf einer Seite.',
  },
} satisfies Record<Schemas['Problem']['kind'], Words>
