"""Asking other people's servers politely: our own name, one question at a time, pauses, caps, and no for an answer.

limits      what an installation says of one server: name, pauses, caps, time outs, certificates, proxy
transport   one request → what was received, or Unreachable
meaning     what was received → answer, refusal, passing trouble, wrong question
again       what time can heal is asked again
pace        when the next request may go out; the day's cap and the window of a run
visit       an address → what stands there, followed only to hosts we know, whole
settings    a table of settings → its keys and values checked
circuit     whether a server has said no, and until when nobody asks
secrecy     credentials neither come in by the settings nor get out by a log

None of it knows what is asked for; state is passed in and out.
"""
