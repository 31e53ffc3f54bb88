# pappus: in=names out=greetings

def handler(inputs):
    # An input set is a list of (name, key, data); what comes back is a list of the same for each output set.
    return {"greetings": [(name, key, f"Hello, {data.decode()}!\n") for name, key, data in inputs["names"]]}
