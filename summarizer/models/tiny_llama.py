"""A random Llama, 32 wide, saved as the hub's folders are: real code, small numbers."""

from pathlib import Path

from summarizer.models.loading import quiet

WIDE = 32
ROOM = 4096  # tokens, as Vicuna
SEED = 20_260_102
SPECIAL = ("<unk>", "<s>", "</s>")  # at the places Vicuna has them
WORDS = """the and that this with from here what when where there said on screen video reel music
plays speech somebody talks picture light dark bright colour movement moves camera sound loud quiet
sentence sentences second seconds time quotes only never about each tell first then after later
highlight chosen words face view people"""


def save(folder: Path) -> Path:
    """As lmsys/vicuna-7b-v1.5 is, once converted: no chat template, as there."""
    import torch
    from transformers import GenerationConfig, LlamaConfig, LlamaForCausalLM

    tokenizer = _tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=WIDE,
        intermediate_size=2 * WIDE,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=ROOM,
        rms_norm_eps=1e-5,
        initializer_range=0.5,  # so that different prompts get different answers
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(SEED)
        model = LlamaForCausalLM(config)
        model.generation_config = GenerationConfig(bos_token_id=1, eos_token_id=2, pad_token_id=0)
        model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def _tokenizer():
    """Every byte is a token, and so are a few words and their beginnings."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    vocabulary = {token: index for index, token in enumerate(SPECIAL)}
    for letter in sorted(pre_tokenizers.ByteLevel.alphabet()):
        vocabulary[letter] = len(vocabulary)
    merges = []
    for word in WORDS.split():
        begun = "Ġ"  # the blank before it
        for letter in word:
            if begun + letter not in vocabulary:
                vocabulary[begun + letter] = len(vocabulary)
                merges.append((begun, letter))
            begun += letter
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", vocabulary["<s>"])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<unk>",
        model_max_length=ROOM,
        clean_up_tokenization_spaces=False,
    )
