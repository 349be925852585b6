/** Wie das Modell lernt; was mehrere Strategien auf verschiedene Weise haben, steht unter der Strategie. */
export default {
  strategy_name: {
    name: 'Strategie',
    help: 'Wie das Modell lernt. Der bloße Name, `strategy: sft`, meint ihre Vorgaben.',
  },
  strategy_completion_only_loss: {
    name: 'Nur die Antwort trainieren',
    help: 'Allein die Antwort trainieren. Aus: Auch der Prompt wird trainiert.',
  },
  strategy_assistant_only_loss: {
    name: 'Jeden Beitrag des Assistenten trainieren',
    help: 'In einem Gespräch mit mehreren Beiträgen jeden des Assistenten trainieren; aus: nur den letzten.',
  },
  strategy_packing: {
    name: 'Packen',
    help: 'Mehrere kurze Zeilen in eine Folge von `max_length` legen, durch ihre Positionen getrennt. Schneller, bei gleichem Verlust.',
  },
  strategy_neftune_noise_alpha: {
    name: 'NEFTune-Rauschen, Alpha',
    help: 'Rauschen auf den Embeddings im Training (NEFTune, https://arxiv.org/abs/2310.05914).',
  },
  strategy_beta: {
    name: 'Beta',
    help: 'Wie stark das Modell an seinem Ausgangspunkt gehalten wird: höher bleibt näher.',
  },
  strategy_dpo_beta: {
    name: 'Beta',
    help: 'Wie stark das Modell an seinem Ausgangspunkt gehalten wird: höher bleibt näher. Bei `ipo` ist es das τ jener Arbeit.',
  },
  strategy_dpo_label_smoothing: {
    name: 'Anteil vertauschter Paare',
    help: 'Der Anteil der Paare, die verkehrt herum gekennzeichnet sein können; für `robust`, `exo_pair`, `aot`, `aot_unpaired`.',
  },
  strategy_dpo_loss_type: {
    name: 'Verlustfunktion',
    help: 'Wie aus dem Abstand eines Paars ein Verlust wird. `sigmoid` ist das eigentliche DPO; `ipo` und `sigmoid_norm` teilen durch die Länge der Antwort.',
  },
  strategy_kto_loss_type: {
    name: 'Verlustfunktion',
    help: '`kto` misst Gewinn und Verlust von der KL-Divergenz des Batches aus, `apo_zero_unpaired` von null aus.',
  },
  strategy_desirable_weight: {
    name: 'Gewicht guter Antworten',
    help: 'Was eine als gut bewertete Antwort zählt. Sind es wenige, erhöhen Sie es, bis beide Seiten etwa gleich viel wiegen.',
  },
  strategy_undesirable_weight: {
    name: 'Gewicht schlechter Antworten',
    help: 'Was eine als schlecht bewertete Antwort zählt.',
  },
  strategy_center_rewards_coefficient: {
    name: 'Zentrierung der Bewertungen',
    help: 'Zieht die Bewertungen eines Paars zum Mittelwert 0, damit sie sich über Prompts hinweg vergleichen lassen; üblich ist 0,01.',
  },
  strategy_algorithm: {
    name: 'Algorithmus',
    help: 'Wie aus Bewertungen ein Gradient wird: an Mittelwert und Streuung der Gruppe gemessen (`grpo`) oder am Mittelwert der anderen (`rloo`).',
  },
  strategy_rlhf_beta: {
    name: 'Beta (KL-Leine)',
    help: 'Die Leine: wie stark das Modell durch die KL-Divergenz an seinem Ausgangspunkt gehalten wird. 0 lässt es los.',
  },
  strategy_epsilon: {
    name: 'Epsilon (Clipping)',
    help: 'Wie weit sich die Wahrscheinlichkeit einer Antwort bewegen darf, bevor der Gradient begrenzt wird; wirkt vom zweiten Durchlauf an.',
  },
  strategy_rlhf_loss_type: {
    name: 'Mittelung des Verlusts',
    help: 'Wie über Token gemittelt wird, mit `grpo`: über alle Token (`dapo`) oder zuerst innerhalb jeder Antwort (`grpo`).',
  },
  strategy_mask_truncated_completions: {
    name: 'Abgebrochene Antworten auslassen',
    help: 'Mit `grpo`: Antworten, die nicht rechtzeitig endeten, zählen nicht zum Verlust.',
  },
  strategy_max_completion_length: {
    name: 'Längste Antwort, in Token',
    help: 'Die längste Antwort, die das Modell beim Lernen schreibt, in Token.',
  },
  strategy_num_generations: {
    name: 'Antworten je Prompt',
    help: 'Antworten, die zu jedem Prompt geschrieben und miteinander verglichen werden.',
  },
  strategy_num_iterations: {
    name: 'Durchläufe je Antworten',
    help: 'Durchläufe über dieselben Antworten, bevor neue geschrieben werden.',
  },
  strategy_scale_rewards: {
    name: 'Belohnungen skalieren',
    help: 'Mit `grpo`: den Vorteil einer Antwort durch die Streuung der Belohnungen in ihrer Gruppe teilen, durch die im Batch, oder gar nicht.',
  },
  strategy_temperature: {
    name: 'Temperatur',
    help: 'Wie frei Antworten gewählt werden: höher probiert mehr.',
  },
  strategy_top_p: {
    name: 'Top-p',
    help: 'Aus den wahrscheinlichsten Token wählen, die zusammen diesen Anteil ausmachen; 1 nimmt alle.',
  },
  strategy_reward_model: {
    name: 'Belohnungsmodell',
    help: 'Ein Belohnungsmodell der Bibliothek, mit seiner Kennung; seine Bewertung kommt mit dem Gewicht 1 zu den Regeln hinzu.',
  },
  strategy_rewards: {
    name: 'Belohnungen',
    help: 'Wofür Antworten belohnt werden: eine Liste von Regeln, jede mit `kind` und `weight`; ihre Summe ist die Belohnung.',
  },
  strategy_rewards_name: {
    name: 'Name',
    help: 'Wie die Regel in Kurven und im Bericht heißt. Leer: wie ihre Art.',
  },
  strategy_rewards_weight: {
    name: 'Gewicht',
    help: 'Was sie neben den anderen zählt; unter 0 ist sie eine Strafe.',
  },
  strategy_rewards_json_schema: {
    name: 'JSON-Schema',
    help: 'Das Schema; leer lässt jedes JSON gelten. `docs/guides/reinforcement-learning.md` nennt die Schlüsselwörter, die es haben darf.',
  },
  strategy_rewards_partial: {
    name: 'Wert von anderem JSON',
    help: 'Was JSON wert ist, das nicht passt: eine Stufe auf dem Weg für ein Modell, das noch keines schreibt.',
  },
  strategy_rewards_at_least: {
    name: 'Mindestens',
    help: 'Die kürzeste Länge, die 1 wert ist.',
  },
  strategy_rewards_at_most: {
    name: 'Höchstens',
    help: 'Die größte Länge, die 1 wert ist; dieselbe wie `at_least`, um auf eine einzige Länge zu zielen.',
  },
  strategy_rewards_tolerance: {
    name: 'Toleranz',
    help: 'Wie weit außerhalb des Bereichs die Belohnung auf 0 fällt, in gerader Linie; 0 fällt sofort.',
  },
  strategy_rewards_unit: { name: 'Einheit', help: 'Was gezählt wird.' },
  strategy_rewards_function: {
    name: 'Funktion',
    help: 'Die Funktion in jener Datei: `score(prompt, answer, reference, row)`, die eine Zahl zurückgibt.',
  },
  strategy_rewards_pattern: {
    name: 'Muster',
    help: 'Ein regulärer Ausdruck, wie ihn `re` in Python liest; er darf überall stehen, sofern er mit `^` und `$` nichts anderes sagt.',
  },
}
