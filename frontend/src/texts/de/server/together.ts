/** Was nicht zusammengeht, und was stattdessen zu setzen ist. */
export default {
  'qlora-trains-adapters': 'qlora trainiert Adapter; setzen Sie finetuning_type: lora oder strategy: sft',
  'quantised-not-in-full':
    'Quantisierte Gewichte lassen sich nicht ganz trainieren; setzen Sie finetuning_type: lora, oder lassen Sie bits weg',
  'nothing-to-merge':
    'Wo alle Gewichte trainiert werden, gibt es keinen Adapter, der zusammenzuführen wäre; setzen Sie output.merge: false',
  'compares-answers-to-prompts':
    'Diese Strategie vergleicht Antworten auf Fragen; setzen Sie task: text-generation oder strategy: sft',
  'merge-of-judge-unchecked':
    'Ein Belohnungsmodell schreibt keine Antworten, an denen sich ein Zusammenführen prüfen ließe; setzen Sie output.merge: false',
  'no-adapter-to-switch-off':
    'Diese Strategie vergleicht mit dem Modell, wie es war, indem sie den Adapter abschaltet; setzen Sie finetuning_type: lora',
  'no-adapter-to-initialise':
    'Wo alle Gewichte trainiert werden, gibt es keinen Adapter, der zu beginnen wäre; setzen Sie finetuning_type: lora oder lora.init_lora_weights: default',
  'dora-without-adapter':
    'Wo alle Gewichte trainiert werden, gibt es keinen Adapter; setzen Sie finetuning_type: lora oder lora.use_dora: false',
  'loraplus-without-adapter':
    'LoRA+ gibt den beiden Faktoren eines Adapters zwei Lernraten, und wo alle Gewichte trainiert werden, gibt es keinen; lassen Sie lora.loraplus_lr_ratio leer, oder setzen Sie finetuning_type: lora',
  'start-is-not-the-model':
    'Diese Strategie misst den Abstand zum Modell mit abgeschaltetem Adapter, und das ist bei diesem Beginn nicht das, von dem das Training ausging; setzen Sie lora.init_lora_weights: default oder gaussian',
  'start-from-quantised':
    'Dieser Beginn nimmt einen Teil aus den Gewichten heraus, den quantisierte nicht genau hergeben; lassen Sie quantization.bits leer, oder setzen Sie mit 4 Bit lora.init_lora_weights: loftq',
  'loftq-without-four-bits':
    'loftq beginnt bei dem, was durch 4 Bit verloren ging; setzen Sie quantization.bits: 4 oder lora.init_lora_weights: default',
  'start-beside-dora':
    'Ein Adapter, der nicht bei null beginnt, wird als Unterschied zu seinem Beginn veröffentlicht, und dazu passen die Beträge von DoRA nicht; setzen Sie lora.use_dora: false oder lora.init_lora_weights: default',
  'dora-on-eight-bits':
    'DoRA liest die Gewichte, die es anpasst, und solche mit 8 Bit verlieren dabei auf einer CPU ihren Maßstab; setzen Sie quantization.bits: 4 oder lora.use_dora: false',
  'unsloth-needs-gpu':
    'unsloth braucht eine NVIDIA-GPU; setzen Sie compute.device: auto oder provider: huggingface',
  'unsloth-trains-adapters':
    'Mit unsloth werden Adapter trainiert; setzen Sie finetuning_type: lora oder provider: huggingface',
  'unsloth-strategy-unproven':
    'Mit unsloth sind sft und qlora erprobt, diese Strategie nicht; setzen Sie provider: huggingface',
  'unsloth-task-unproven':
    'Mit unsloth ist das Schreiben von Text erprobt, diese Aufgabe nicht; setzen Sie provider: huggingface',
  'unsloth-initialises-otherwise':
    'unsloth beginnt solche Adapter auf eigene Weise; setzen Sie lora.init_lora_weights: default oder provider: huggingface',
  'unsloth-start-unproven':
    'Mit unsloth ist der übliche Beginn der Adapter erprobt, dieser nicht; setzen Sie lora.init_lora_weights: default oder provider: huggingface',
  'unsloth-eight-bits-unproven':
    'Mit unsloth ist eine Basis in 16 oder 4 Bit erprobt, in 8 nicht; setzen Sie quantization.bits: 4 oder provider: huggingface',
  'unsloth-loraplus-unproven':
    'LoRA+ ist mit unsloth nicht erprobt; lassen Sie lora.loraplus_lr_ratio leer, oder setzen Sie provider: huggingface',
  'unsloth-packing-unproven':
    'Packen ist mit unsloth nicht erprobt; setzen Sie strategy.packing: false oder provider: huggingface',
  'unsloth-dora-in-vain':
    'DoRA gewinnt durch unsloth nichts; setzen Sie lora.use_dora: false oder provider: huggingface',
  'unsloth-has-attention':
    'unsloth rechnet die Attention auf eigene Weise; setzen Sie compute.attn_implementation: auto oder provider: huggingface',
  'unsloth-compiles':
    'unsloth übersetzt selbst; setzen Sie compute.torch_compile: false oder provider: huggingface',
  'head-of-quantised':
    'Der Kopf für diese Aufgabe beginnt neu und behält seine Genauigkeit, was beim Laden in wenigen Bit noch nicht geht; lassen Sie quantization.bits leer, und setzen Sie strategy: sft',
  'head-cannot-be-packed':
    'Der Kopf für diese Aufgabe sagt von jeder Folge eines, darum können Zeilen sich keine teilen; setzen Sie strategy.packing: false',
  'flash-attention-needs-gpu':
    'flash_attention_2 braucht eine GPU; setzen Sie compute.attn_implementation: auto',
  'no-fp16-on-cpu': 'Eine CPU kann nicht in fp16 trainieren; setzen Sie compute.precision: auto',
  'no-bitsandbytes-on-mps':
    'bitsandbytes hat für GPUs von Apple noch keine Optimierer; setzen Sie optimization.optim: adamw_torch',
  'polynomial-ends-higher':
    'Eine Lernrate nach einem Polynom fällt auf {{end}}, und optimization.learning_rate beginnt nicht höher; erhöhen Sie sie, oder setzen Sie optimization.lr_scheduler_type: linear',
  'no-loss-to-stop-by':
    'Frühes Anhalten und der beste Zwischenstand brauchen einen zurückgehaltenen Verlust; setzen Sie evaluation.eval_strategy auf steps oder epoch, und halten Sie mit data.validation_split Zeilen zurück',
  'loss-is-no-reward':
    'Der Verlust von rlhf sagt nichts über die Belohnung, darum kann er weder früh anhalten noch den besten Zwischenstand nennen; lassen Sie early_stopping_patience und load_best_model_at_end weg',
  'smooths-another-loss':
    'label_smoothing_factor glättet den Verlust von sft, nicht den von {{strategy}}; setzen Sie es auf 0',
  'nothing-beside-in-batch':
    'kto vergleicht jede Antwort mit den anderen ihres Stapels; setzen Sie {{batch}} auf 2 oder mehr, oder strategy.loss_type: apo_zero_unpaired',
  'answers-not-divided':
    'Ein Schritt zieht {{sampled}} Antworten (per_device_train_batch_size × gradient_accumulation_steps), und {{generations}} Antworten auf jede Frage teilen das nicht; machen Sie daraus ein Vielfaches von strategy.num_generations',
  'knob-of-grpo': '{{knob}} gehört zu algorithm: grpo; lassen Sie es bei rloo weg',
  'loss-not-smoothed':
    'Bei loss_type: {{loss}} bewirkt label_smoothing nichts; setzen Sie es auf 0, oder wählen Sie {{smoothed}}',
  'loss-wants-smoothing':
    '{{loss}} braucht ein label_smoothing über 0, den Anteil der Paare, die verkehrt herum gekennzeichnet sein können: robust ist ohne ihn sigmoid, und in der Arbeit zu exo_pair ist er 0.001',
  'both-weights-zero': 'Beide Gewichte sind 0, sodass nichts gelernt würde',
  'every-length-fits': 'Jede Länge wäre recht; setzen Sie at_most, at_least oder beide',
  'no-length-fits': 'at_most liegt unter at_least',
  'schema-no-object': '{{place}} muss ein Objekt sein',
  'schema-too-deep': '{{place}} liegt tiefer als {{most}} Ebenen',
  'schema-keyword-unknown':
    '{{place}} verwendet {{keyword}}, und das wird nicht geprüft; geprüft wird {{known}}',
  'schema-value-wrong': '{{keyword}} von {{place}} kann nicht {{value}} sein',
  'tool-of-other-form':
    'ein Werkzeug ist {"type": "function", "function": {"name": …, "parameters": …}}; andere gibt es nicht',
  'function-without-name': 'eine Funktion braucht einen Namen',
  'function-with-other-keys': 'die Funktion „{{name}}“ hat unbekannte Schlüssel: {{keys}}',
  'function-parameters-wrong':
    'parameters von „{{name}}“ ist das JSON-Schema eines Objekts: {"type": "object", "properties": …}',
  'function-description-wrong': 'description von „{{name}}“ ist ein Text',
  'function-not-strict':
    'strict von „{{name}}“ gibt es nicht: Das Modell schreibt seine Aufrufe frei; lassen Sie es weg',
  'no-room-for-prompt':
    'Frage und Antwort teilen sich data.max_length; setzen Sie es höher als strategy.max_completion_length',
}
