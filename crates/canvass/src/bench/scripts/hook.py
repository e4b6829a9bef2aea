REVERSED = {"A1", "C4", "C5", "E1", "E2"}
SCALES = {"agreeableness": ["A1", "A2", "A3"], "order": ["C3", "C4", "C5"], "company": ["E1", "E2", "E3"]}


def scored(question, answer):
    return 7 - answer if question in REVERSED else answer


def score(answers):
    fields = {}
    for scale, questions in SCALES.items():
        given = [scored(question, answers[question]) for question in questions if question in answers]
        if given:
            fields[scale] = round(sum(given) / len(given), 2)
    fields["complete"] = len(fields) == len(SCALES)
    return fields


def responded(responses):
    return {response.id: score(response.answers) for response in responses}
